//! The workflows of `.github`: nothing that can change without a commit of ours runs in them, and no
//! job may do more than it needs.

use std::fs;
use std::path::Path;

fn workflows() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.github/workflows");
    let files = fs::read_dir(folder).expect("the folder of the workflows");
    let files = files.map(|entry| entry.expect("a file").path());
    files
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("a text"))
        })
        .collect()
}

/// The lines that use an action without a full commit hash and its version in a comment.
fn unpinned(workflow: &str) -> Vec<&str> {
    let uses = workflow.lines().filter(|line| {
        line.trim_start().trim_start_matches("- ").trim_start().starts_with("uses:")
    });
    uses.filter(|line| !is_pinned(line)).collect()
}

fn is_pinned(line: &str) -> bool {
    let Some((action, comment)) = line.split_once(" # v") else { return false };
    let Some((_, hash)) = action.split_once('@') else { return false };
    let is_hash = hash.len() == 40 && hash.bytes().all(|b| b"0123456789abcdef".contains(&b));
    is_hash
        && comment.split('.').count() == 3
        && comment.split('.').all(|n| n.parse::<u32>().is_ok())
}

/// The `cargo install` lines without a version or without `--locked`.
fn floating_installs(workflow: &str) -> Vec<&str> {
    let installs = workflow.lines().filter(|line| line.contains("cargo install"));
    installs.filter(|line| !line.contains("--locked") || !line.contains('@')).collect()
}

#[test]
fn every_action_is_pinned_by_a_full_hash() {
    let workflows = workflows();
    for (name, text) in &workflows {
        assert_eq!(unpinned(text), [""; 0], "{name}: write `uses: owner/name@HASH # v1.2.3`");
    }
    assert!(workflows.iter().any(|(_, text)| text.contains("uses: ")), "nothing was checked");
}

#[test]
fn every_tool_is_installed_at_a_version() {
    for (name, text) in workflows() {
        assert_eq!(floating_installs(&text), [""; 0], "{name}");
    }
}

#[test]
fn every_workflow_begins_without_a_right_to_write() {
    for (name, text) in workflows() {
        let begins = text.contains("\npermissions:\n  contents: read\n\n");
        assert!(begins, "{name} has `permissions: contents: read` for all of its jobs");
        for job in ["write-all", "pull_request_target", "read-all"] {
            assert!(!text.contains(job), "{name} has {job}");
        }
        let may_publish = text.contains("id-token: write");
        assert_eq!(may_publish, name == "release.yml", "{name}");
    }
}

#[test]
fn every_job_has_a_time_limit() {
    for (name, text) in workflows() {
        let count = |what: &str| text.lines().filter(|line| line.trim().starts_with(what)).count();
        assert_eq!(count("runs-on:"), count("timeout-minutes:"), "{name}");
    }
}

#[test]
fn what_is_not_pinned_is_found() {
    let hash = "de0fac2e4500dabe0009e67214ff5f5447ce83dd";
    for line in [
        "- uses: actions/checkout@v6".to_owned(),
        "- uses: actions/checkout@main # v6.0.2".to_owned(),
        format!("- uses: actions/checkout@{hash}"),
        format!("- uses: actions/checkout@{hash} # v6"),
        format!("- uses: actions/checkout@{} # v6.0.2", &hash[1..]),
        "  uses: docker://alpine".to_owned(),
    ] {
        assert_eq!(unpinned(&line).len(), 1, "{line}");
    }
    assert_eq!(unpinned(&format!("- uses: actions/checkout@{hash} # v6.0.2")), [""; 0]);
    assert_eq!(floating_installs("run: cargo install --locked typos-cli").len(), 1);
    assert_eq!(floating_installs("run: cargo install typos-cli@1.52.0").len(), 1);
    assert_eq!(floating_installs("run: cargo install --locked typos-cli@1.52.0"), [""; 0]);
}
