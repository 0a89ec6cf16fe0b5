using System.Text.Json;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Cli;

/// <summary>The command line: exit codes, errors with hints, JSON, silence, signals.</summary>
public sealed class MannersTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public MannersTests() => Samples.SampleSet.WriteKube(_temp["k"]);

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("--version", 0)]
    [InlineData("--help", 0)]
    [InlineData("create --help", 0)]
    [InlineData("", 2)]
    [InlineData("crate k -o x", 2)]
    [InlineData("create k", 2)]
    [InlineData("create -o x", 2)]
    [InlineData("create k -o x --level 99", 2)]
    [InlineData("create k -o x --colour", 2)]
    [InlineData("create k -o x --split 1K", 2)]
    [InlineData("create k -o - --split 1G", 2)]
    [InlineData("repair p", 2)]
    [InlineData("repair - --from p", 2)]
    [InlineData("repair gone --from k/registry.k8s.io/kube-scheduler:v1.20.5/version", 3)]
    [InlineData("verify http://127.0.0.1:1/p", 1)]
    [InlineData("extract p", 2)]
    [InlineData("extract p --as zip --to x", 2)]
    [InlineData("extract p --as oci --flat --to x", 2)]
    [InlineData("push k", 2)]
    [InlineData("push - docker://localhost", 2)]
    [InlineData("push k localhost:5000", 2)]
    [InlineData("push k docker://product", 2)]
    [InlineData("push k docker://localhost/app:1", 2)]
    [InlineData("push k docker://localhost --prefix Site", 2)]
    [InlineData("push k docker://localhost --map 'a/*=b'", 2)]
    [InlineData("push k docker://localhost --parallel 0", 2)]
    [InlineData("push k docker://localhost:1", 1)]
    [InlineData("push gone docker://localhost:1", 1)]
    [InlineData("verify", 2)]
    [InlineData("verify a b", 2)]
    [InlineData("verify gone", 1)]
    [InlineData("create gone -o x", 1)]
    [InlineData("verify k/registry.k8s.io/kube-scheduler:v1.20.5/manifest.json", 3)]
    [InlineData("list k/registry.k8s.io/kube-scheduler:v1.20.5/version", 3)]
    [InlineData("extract /dev/null --as dir --to x", 3)]
    public async Task Exit_codes_are_as_documented(string line, int code)
    {
        var result = await Run.AnyShell("$BUNDLE " + line, _temp.Path);
        Assert.Equal(code, result.ExitCode);
        Assert.Equal(code == 0, result.StandardError.Length == 0);
        if (code != 0 && line.Length > 0)
        {
            Assert.StartsWith("bundle: error: ", result.StandardError.Split('\n').First(text => text.StartsWith("bundle: ", StringComparison.Ordinal)), StringComparison.Ordinal);
            Assert.Contains("bundle: hint: ", result.StandardError, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("   at ", result.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_documents_name_their_schema()
    {
        await AssertSchema("bundle.create/1", "create k -o p.tar.zst --json");
        await AssertSchema("bundle.list/1", "list p.tar.zst --json");
        await AssertSchema("bundle.verify/1", "verify p.tar.zst --json");
        await AssertSchema("bundle.extract/1", "extract p.tar.zst --as oci --to o --json");
        using var error = JsonDocument.Parse((await Run.AnyShell("$BUNDLE create k -o p.tar.zst --json", _temp.Path)).StandardError);
        Assert.Equal("output-exists", error.RootElement.GetProperty("id").GetString());
        Assert.Equal(1, error.RootElement.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task Verify_tells_which_bytes_and_images_are_hit()
    {
        await Run.Shell("$BUNDLE create k -o p.tar.zst; printf '\\xFF\\xFE\\xFD' | dd of=p.tar.zst bs=1 seek=$(($(stat -c %s p.tar.zst) / 2)) conv=notrunc status=none", _temp.Path);
        var result = await Run.AnyShell("$BUNDLE verify p.tar.zst --json", _temp.Path);
        Assert.Equal(3, result.ExitCode);
        using var report = JsonDocument.Parse(result.StandardOutput);
        var middle = new FileInfo(_temp["p.tar.zst"]).Length / 2;
        var fault = report.RootElement.GetProperty("faults").EnumerateArray().First();
        Assert.InRange(middle, fault.GetProperty("offset").GetInt64(), fault.GetProperty("offset").GetInt64() + fault.GetProperty("length").GetInt64());
        Assert.True(fault.GetProperty("length").GetInt64() <= 2 * 65536);
        Assert.NotEmpty(report.RootElement.GetProperty("affectedImages").EnumerateArray());
    }

    [Theory]
    [InlineData("head -c 0 p.tar.zst", "the input is empty")]
    [InlineData("head -c 1 p.tar.zst", "head is damaged")]
    [InlineData("head -c 300 p.tar.zst", "head is damaged")]
    [InlineData("echo hello", "not a bundle")]
    public async Task A_cut_head_is_told_from_an_empty_input_and_from_something_else(string input, string message)
    {
        await Run.Shell("$BUNDLE create k -o p.tar.zst --quiet", _temp.Path);
        var result = await Run.AnyShell(input + " | $BUNDLE list -", _temp.Path);
        Assert.Equal(3, result.ExitCode);
        Assert.Contains(message, result.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quiet_says_nothing_when_all_is_well()
    {
        var result = await Run.Shell("$BUNDLE create k -o p.tar.zst --quiet; $BUNDLE extract p.tar.zst --as dir --to d --quiet", _temp.Path);
        Assert.Equal("", result.StandardError + result.StandardOutput);
    }

    [Fact]
    public async Task An_existing_output_is_kept_unless_forced()
    {
        _temp.Write("p.tar.zst", "mine");
        Assert.Equal(1, (await Run.AnyShell("$BUNDLE create k -o p.tar.zst", _temp.Path)).ExitCode);
        Assert.Equal("mine", await File.ReadAllTextAsync(_temp["p.tar.zst"], TestContext.Current.CancellationToken));
        await Run.Shell("$BUNDLE create k -o p.tar.zst --force; $BUNDLE verify p.tar.zst", _temp.Path);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_leaves_nothing_half_written(string signal, int code)
    {
        // Whoever runs the tests in the background may have had SIGINT ignored, which is inherited: hence env.
        // A pipe that gives a part, and that this shell holds open, keeps the extraction busy until the signal comes, however slow the machine is.
        await Run.Shell($$"""
            $BUNDLE create k -o p.tar.zst --quiet
            mkfifo pipe
            exec 3<> pipe
            head -c 500000 p.tar.zst >&3 &
            feeder=$!
            set -m
            env --default-signal=INT,TERM $BUNDLE extract - --as registry --to out < pipe 2> err 3>&- &
            pid=$!
            for i in $(seq 100); do [ -n "$(find out -name '[0-9]*' -path '*staging*' 2> /dev/null)" ] && break; sleep 0.05; done
            kill -{{signal}} $pid
            wait $pid; code=$?
            kill $feeder 2> /dev/null; exec 3>&-
            [ $code = {{code}} ] || { echo "exit code $code"; cat err; exit 1; }
            find out -name '.bundle*' | grep . && exit 1
            find out -name link | grep . && exit 1
            $BUNDLE extract p.tar.zst --as registry --to out --quiet
            """, _temp.Path);
    }

    [Fact]
    public async Task Killed_at_any_moment_a_second_run_ends_well()
    {
        await Run.Shell("""
            set -e
            $BUNDLE create k -o good.tar.zst --quiet
            $BUNDLE extract good.tar.zst --as dir --to good --quiet
            for i in $(seq 25); do
                delay=0.0$((RANDOM % 6))$((RANDOM % 10))
                timeout -s KILL $delay $BUNDLE create k -o p.tar.zst --quiet || true
                [ ! -e p.tar.zst ] || cmp good.tar.zst p.tar.zst
                rm -f p.tar.zst
                timeout -s KILL $delay $BUNDLE extract good.tar.zst --as dir --to out --quiet || true
                for m in $(find out -name manifest.json 2> /dev/null); do diff -r $(dirname $m) good/$(dirname ${m#out/}); done
                if [ $((i % 3)) = 0 ]; then rm -rf out; fi
            done
            $BUNDLE create k -o p.tar.zst --quiet
            cmp good.tar.zst p.tar.zst
            $BUNDLE extract good.tar.zst --as dir --to out --quiet
            diff -r good out
            [ -z "$(find . -name '.*bundle-*')" ]
            """, _temp.Path);
    }

    [Fact]
    public async Task A_reader_that_goes_away_is_no_matter()
    {
        var result = await Run.AnyShell("$BUNDLE create k -o p.tar.zst --quiet; $BUNDLE list p.tar.zst | true; $BUNDLE create k -o - --quiet | head -c 10 > /dev/null; exit 0", _temp.Path);
        Assert.DoesNotContain("internal", result.StandardError, StringComparison.Ordinal);
    }

    private async Task AssertSchema(string schema, string line)
    {
        using var document = JsonDocument.Parse((await Run.Shell("$BUNDLE " + line, _temp.Path)).StandardOutput);
        Assert.Equal(schema, document.RootElement.GetProperty("schema").GetString());
    }
}
