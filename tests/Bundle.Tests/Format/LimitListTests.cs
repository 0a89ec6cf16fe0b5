using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Bundle.Serve;
using Bundle.Tests.Injection;
using Bundle.Tests.Keys;
using Bundle.Tests.Registry;
using Bundle.Tests.Serve;
using Bundle.Tests.Sources;
using Bundle.Tests.Support;
using Xunit;

namespace Bundle.Tests.Format;

/// <summary>No limit is forgotten: each stands in section 8 of the spec with its number, and has tests at it and past it.</summary>
public sealed partial class LimitListTests
{
    // The test of a limit, or the vectors at it and past it.
    private static readonly Dictionary<string, string[]> Tested = new()
    {
        [nameof(Limits.Frame)] = [nameof(LimitTests.A_frame_states_at_most_so_much_content), "good-very-large", "frame-2-too-large"],
        [nameof(Limits.Large)] = ["good-large", "good-index-just-small", "good-index-just-large"],
        [nameof(Limits.Range)] = [nameof(PieceTests.Ranges_are_hashed_however_their_bytes_arrive)],
        [nameof(Limits.Index)] = [nameof(LimitTests.An_index_has_at_most_so_many_bytes), "lim-1-index"],
        [nameof(Limits.Manifest)] = [nameof(LimitTests.A_manifest_has_at_most_so_many_bytes), nameof(NetworkLimitTests.A_manifest_has_at_most_so_many_bytes), "lim-1-manifest"],
        [nameof(Limits.Signature)] = [nameof(LimitTests.A_signature_has_at_most_so_many_bytes), "idx-11-large"],
        [nameof(Limits.BundleSignatures)] = ["good-signed-most", "sig-1-nine"],
        [nameof(Limits.BundleSignature)] = ["good-signed-most", "sig-1-oversized"],
        [nameof(Limits.JsonDepth)] = [nameof(LimitTests.Json_nests_at_most_so_deep), "idx-1-depth", "man-1-depth"],
        [nameof(Limits.Count)] = [nameof(LimitTests.A_list_of_the_index_has_at_most_so_many), nameof(LimitTests.Counts_of_blobs_images_and_files_are_limited_too), nameof(SourceLimitTests.An_archive_has_at_most_so_many_entries), nameof(SourceLimitTests.A_sync_file_names_at_most_so_many_images), nameof(NetworkLimitTests.A_repository_has_at_most_so_many_tags_also_where_the_list_ends_with_them), nameof(NetworkLimitTests.The_images_of_a_repository_have_at_most_so_many_manifests_together)],
        [nameof(Limits.Links)] = [nameof(LimitTests.Repositories_have_at_most_so_many_links)],
        [nameof(Limits.Frames)] = [nameof(LimitTests.A_seek_table_has_at_most_so_many_frames), "seek-1-count-huge"],
        [nameof(Limits.Parts)] = [nameof(LimitTests.A_split_package_has_at_most_so_many_parts), nameof(LimitTests.No_more_parts_are_written_than_can_be_read), "part-1-thousand"],
        [nameof(Limits.PartsList)] = [nameof(LimitTests.A_list_of_parts_has_at_most_so_many_bytes), "part-3-long"],
        [nameof(Limits.ManifestDepth)] = ["good-nested-lists", "idx-15-too-deep"],
        [nameof(Limits.WalkSteps)] = [nameof(LimitTests.The_walks_over_all_images_have_at_most_so_many_steps)],
        [nameof(Limits.DerivedDocument)] = [nameof(LimitTests.What_follows_from_an_index_has_at_most_so_many_bytes)],
        [nameof(Limits.HeldFrames)] = [nameof(LimitTests.Frames_that_wait_for_their_turn_have_at_most_so_many_bytes)],
        [nameof(Limits.ArchiveNames)] = [nameof(SourceLimitTests.The_names_of_an_archive_have_at_most_so_many_characters_together)],
        [nameof(Limits.ArchiveName)] = [nameof(SourceLimitTests.A_name_in_an_archive_has_at_most_so_many_characters_in_either_form), nameof(SourceLimitTests.A_links_target_in_an_archive_has_at_most_so_many_characters)],
        [nameof(Limits.ArchiveRecord)] = [nameof(SourceLimitTests.A_record_of_an_archive_has_at_most_so_many_bytes)],
        [nameof(Limits.ArchiveLinks)] = [nameof(SourceLimitTests.Links_of_an_archive_lead_to_at_most_so_many_others)],
        [nameof(Limits.Unpacked)] = [nameof(SourceLimitTests.An_archive_or_a_layer_of_one_becomes_at_most_so_large), nameof(HostileSourceTests.An_archive_that_becomes_a_byte_too_large_is_told), nameof(BombTests.A_layer_of_a_docker_archive)],
        [nameof(Limits.UnpackedRatio)] = [nameof(SourceLimitTests.A_large_archive_becomes_at_most_so_many_times_its_size)],
        [nameof(Limits.XzDictionary)] = [nameof(SourceLimitTests.A_compressed_archive_takes_a_dictionary_of_at_most_so_many_bytes)],
        [nameof(Limits.SyncFile)] = [nameof(SourceLimitTests.A_sync_file_has_at_most_so_many_bytes)],
        [nameof(Limits.SyncDepth)] = [nameof(SourceLimitTests.A_sync_file_nests_at_most_so_deep)],
        [nameof(Limits.ImageList)] = [nameof(SourceLimitTests.A_list_of_images_has_at_most_so_many_bytes)],
        [nameof(Limits.RegistryHeld)] = [nameof(NetworkLimitTests.Manifests_and_configs_of_a_repository_have_at_most_so_many_bytes_together)],
        [nameof(Limits.KeyFile)] = [nameof(KeyFileTests.A_key_file_has_at_most_so_many_bytes)],
        [nameof(Limits.Password)] = [nameof(KeyFileTests.A_file_of_a_password_has_at_most_so_many_bytes)],
        [nameof(Limits.KeyPasses)] = [nameof(KeyFileTests.An_encrypted_key_takes_at_most_so_many_passes)],
        [nameof(Limits.ScryptMemory)] = [nameof(KeyFileTests.A_key_of_cosign_takes_at_most_so_much_memory_and_so_many_passes)],
        [nameof(Limits.ScryptPasses)] = [nameof(KeyFileTests.A_key_of_cosign_takes_at_most_so_much_memory_and_so_many_passes)],
        [nameof(Limits.RegistryPage)] = [nameof(NetworkLimitTests.A_page_of_a_list_has_at_most_so_many_bytes)],
        [nameof(Limits.RegistryPages)] = [nameof(NetworkLimitTests.A_list_has_at_most_so_many_pages)],
        [nameof(Limits.RegistryError)] = [nameof(NetworkLimitTests.Of_an_error_message_that_is_too_long_the_status_alone_is_told)],
        [nameof(Limits.RegistryToken)] = [nameof(NetworkLimitTests.A_token_servers_answer_has_at_most_so_many_bytes)],
        [nameof(Limits.RegistryRedirects)] = [nameof(NetworkLimitTests.A_request_to_a_registry_is_redirected_at_most_so_often)],
        [nameof(Limits.RegistryDenials)] = [nameof(NetworkLimitTests.A_denied_request_is_sent_again_at_most_so_often)],
        [nameof(Limits.Redirects)] = [nameof(NetworkLimitTests.A_request_for_a_file_is_redirected_at_most_so_often)],
        [nameof(Limits.AuthFile)] = [nameof(AuthFilesTests.A_file_has_at_most_so_many_bytes)],
        [nameof(Limits.HelperAnswer)] = [nameof(AuthFilesTests.A_helper_answers_with_at_most_so_many_characters)],
        [nameof(ServeLimits.Connections)] = [nameof(ServeLimitTests.At_most_so_many_connections_are_open_at_once)],
        [nameof(ServeLimits.Authorization)] = [nameof(ServeLimitTests.An_authorization_header_has_at_most_so_many_characters)],
        [nameof(ServeLimits.Attempts)] = [nameof(ServeLimitTests.At_most_so_many_attempts_are_made_at_once)],
        [nameof(ServeLimits.PasswordFile)] = [nameof(ServeLimitTests.A_file_of_passwords_has_at_most_so_many_bytes)],
        [nameof(ServeLimits.CataloguePage)] = [nameof(ServeLimitTests.A_page_has_at_most_so_many_names)],
        [nameof(ServeLimits.TagPage)] = [nameof(ServeLimitTests.A_page_has_at_most_so_many_names)],
        [nameof(ServeLimits.ReferrersPage)] = [nameof(ServeLimitTests.A_page_of_referrers_has_at_most_so_many_bytes)],
    };

    private static readonly FieldInfo[] All = [.. ((Type[])[typeof(Limits), typeof(ServeLimits)]).SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))];

    [Fact]
    public void Each_limit_has_a_test_or_vectors()
    {
        Assert.Equal(All.Select(limit => limit.Name).Order(StringComparer.Ordinal), Tested.Keys.Order(StringComparer.Ordinal));
        var tests = typeof(LimitListTests).Assembly.GetTypes().SelectMany(type => type.GetMethods()).Where(method => method.IsDefined(typeof(FactAttribute))).Select(method => method.Name).ToHashSet();
        Assert.All(Tested.Values.SelectMany(names => names), name => Assert.True(tests.Contains(name) || File.Exists(Vectors.PathOf(name)), name));
    }

    [Fact]
    public void Each_limit_stands_in_the_spec_with_its_number()
    {
        var section = Section().Match(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "bundle-v1.md"))).Value;
        var rows = Row().Matches(section).ToDictionary(row => row.Groups["name"].Value, row => row.Groups["number"].Value);
        Assert.Empty(rows.Keys.Except(All.Select(limit => limit.Name)));
        foreach (var limit in All)
        {
            var forms = Forms(Convert.ToInt64(limit.GetRawConstantValue(), CultureInfo.InvariantCulture));
            Assert.True(rows.TryGetValue(limit.Name, out var number) ? forms.Contains(number) : forms.Any(form => Regex.IsMatch(section, $@"(?<![\d,]){form}(?![\d,]\d)")), $"{limit.Name}: {string.Join(" or ", forms)}");
        }
    }

    private static IEnumerable<string> Forms(long value)
    {
        yield return value.ToString("N0", CultureInfo.InvariantCulture);
        foreach (var (shift, unit) in ((int, string)[])[(10, "KiB"), (20, "MiB"), (30, "GiB")])
        {
            if (value >> shift << shift == value)
            {
                yield return $"{value >> shift} {unit}";
            }
        }
    }

    [GeneratedRegex(@"^## 8\. .*?(?=^## 9\. )", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();

    [GeneratedRegex(@"^\| .* \| (?<number>[^|]*) \| `(?<name>\w+)` \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
