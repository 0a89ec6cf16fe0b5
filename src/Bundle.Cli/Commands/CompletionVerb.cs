using System.CommandLine;

namespace Bundle.Cli.Commands;

/// <summary><c>bundle completion</c>: scripts that ask the program itself (see <see cref="Suggestions"/>), and offer files where it has nothing to say.</summary>
internal sealed class CompletionVerb : Verb
{
    private const string Bash = """
        # bash completion for bundle: source <(bundle completion bash)
        _bundle() {
            local IFS=$'\n'
            COMPREPLY=($("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null))
        }
        complete -o default -F _bundle bundle

        """;

    private const string Zsh = """
        #compdef bundle
        # zsh completion for bundle: source <(bundle completion zsh)
        _bundle() {
            local -a found
            found=("${(@f)$("${words[1]}" "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            if [[ -n "${found[1]}" ]]; then
                compadd -- "${found[@]}"
            else
                _files
            fi
        }
        if [[ "${funcstack[1]}" == _bundle ]]; then
            _bundle "$@"
        else
            compdef _bundle bundle
        fi

        """;

    private const string Fish = """
        # fish completion for bundle: bundle completion fish | source
        function __bundle_complete
            set -l line (commandline -cp)
            set -l found (bundle "[suggest]" "$line" 2>/dev/null)
            if test (count $found) -gt 0
                printf '%s\n' $found
            else
                __fish_complete_path (commandline -ct)
            end
        end
        complete -c bundle -f -a '(__bundle_complete)'

        """;

    private readonly Argument<string> _shell = new("SHELL")
    {
        HelpName = "bash|zsh|fish",
        Description = "The shell",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public CompletionVerb()
        : base("completion", "Print a shell's completion script.")
    {
        _shell.CompletionSources.Add("bash", "zsh", "fish");
        Arguments.Add(_shell);
    }

    public override IReadOnlyList<string> Usages => ["bundle completion bash|zsh|fish"];

    public override IReadOnlyList<string> Examples =>
    [
        "source <(bundle completion bash)",
        "bundle completion zsh > ~/.zfunc/_bundle",
        "bundle completion fish > ~/.config/fish/completions/bundle.fish",
    ];

    public override int Run(ParseResult parsed, Session session)
    {
        var shell = Required(parsed.GetValue(_shell), "a shell: bash, zsh or fish");
        using var writer = Session.OpenOutput();
        writer.Write(shell switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            "fish" => Fish,
            _ => throw Wrong($"the shell is bash, zsh or fish, not '{shell}'"),
        });
        return ExitCode.Fine;
    }
}
