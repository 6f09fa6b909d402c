//! `demo load` against the real server: connections are cut all the time, but nothing is lost or doubled.

use std::time::Duration;

use assert_cmd::Command;

fn load(args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_demo"))
        .arg("load")
        .args(args)
        .timeout(Duration::from_secs(120))
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn kills_lose_and_double_nothing() {
    let (code, out, err) =
        load(&["--clients", "200", "--rate", "50", "--seconds", "4", "--kill-every", "5", "--json", "-"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    for (key, expected) in [
        ("clients", 200),
        ("held", 200),
        ("events_published", 201),
        ("deliveries", 200 * 200),
        ("lost", 0),
        ("doubled", 0),
        ("out_of_order", 0),
        ("wrong_id", 0),
        ("resets", 0),
    ] {
        assert_eq!(report[key], expected, "{key}: {report:#}");
    }
    // Both sides cut, and the cuts were real.
    let (kills, reconnections) = (report["kills"].as_u64().unwrap(), report["reconnections"].as_u64().unwrap());
    assert!(kills > 100 && reconnections > kills / 2, "{report:#}");
    let time = |what: &str, which: &str| report[what][which].as_f64().unwrap();
    // "Slowest" includes what was published meanwhile; the latency does not.
    assert!(0.0 < time("away_ms", "p50") && time("away_ms", "p50") <= time("away_ms", "max"), "{report:#}");
    assert!(time("latency_ms", "max") <= report["slowest_ms"].as_f64().unwrap(), "{report:#}");
}

#[test]
fn clients_in_several_processes_are_all_accounted_for() {
    let (code, out, err) = load(&[
        "--clients",
        "21",
        "--processes",
        "3",
        "--rate",
        "20",
        "--seconds",
        "1",
        "--json",
        "-",
        "--name",
        "mine",
    ]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["server"], "mine");
    for (key, expected) in [("clients", 21), ("held", 21), ("deliveries", 21 * 20), ("lost", 0), ("wrong_id", 0)] {
        assert_eq!(report[key], expected, "{key}: {report:#}");
    }
}

/// Arguments that would be ignored are refused.
#[test]
fn earlier_figures_are_not_measured_anew() {
    for flag in ["--websocket", "--floor", "--name=x"] {
        let (code, _, err) = load(&["--from", "load.json", flag]);
        assert_eq!(code, Some(2), "{flag}: {err}");
        assert!(err.contains("cannot be used with"), "{flag}: {err}");
    }
}

#[cfg(unix)]
#[test]
fn too_few_open_files_are_told() {
    let limited = r#"ulimit -n 200 && exec "$0" load --clients 1000"#;
    let output = Command::new("sh").args(["-c", limited, env!("CARGO_BIN_EXE_demo")]).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("1000 clients need 1064 open files, and this process may have 200"), "{err}");
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_takes_the_server_along() {
    use std::io::Read as _;
    use std::process::Stdio;

    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_demo"))
        .args(["load", "--clients", "5", "--seconds", "600"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The server, and the clients.
    let pids = children(&mut child, 2);
    assert!(std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(1), "error: interrupted\n"));
    // The system decides how soon it is gone.
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    for pid in pids {
        let stat = || std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        while !(stat().is_empty() || stat().contains(") Z ")) {
            assert!(std::time::Instant::now() < deadline, "left behind: {}", stat());
        }
    }
}

/// The processes that it has started, once there are this many.
#[cfg(target_os = "linux")]
fn children(child: &mut std::process::Child, count: usize) -> Vec<String> {
    let path = format!("/proc/{0}/task/{0}/children", child.id());
    let mut pids = Vec::new();
    while pids.len() < count {
        assert!(child.try_wait().unwrap().is_none(), "{pids:?}");
        pids = std::fs::read_to_string(&path).unwrap().split_whitespace().map(str::to_owned).collect();
    }
    pids
}

/// Its status says why, even while connections are cut, which a process that has ended cannot be told to do.
#[cfg(target_os = "linux")]
#[test]
fn the_end_of_a_process_with_clients_ends_the_run() {
    use std::io::Read as _;

    for kills in [&[][..], &["--kill-every", "1"]] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_demo"))
            .args(["load", "--clients", "5", "--seconds", "20", "--processes", "2", "--json", "-"])
            .args(kills)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        // After the server, those with clients.
        let pids = children(&mut child, 3);
        assert!(std::process::Command::new("kill").args(["-KILL", &pids[2]]).status().unwrap().success());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1), "{said}");
        assert_eq!(said, "error: a process with clients has ended early: signal: 9 (SIGKILL)\n");
    }
}

/// The figures of a process that was started later, or is gone, do not count.
#[cfg(unix)]
#[test]
fn a_restarted_server_has_no_figures() {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Child, Command, Stdio};

    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let serve = |addr: &str| -> (Child, String) {
        let mut server = Command::new(env!("CARGO_BIN_EXE_demo"))
            .args(["serve", "--no-sources", "--retry", "50", "--addr", addr, "--log-file", log.to_str().unwrap()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        (server, line.trim().strip_prefix("Serving on ").unwrap().to_owned())
    };
    let (mut server, url) = serve("127.0.0.1:0");
    let json = dir.path().join("figures.json");
    let args = ["--clients", "5", "--rate", "20", "--seconds", "3", "--insist", "60", "--json", json.to_str().unwrap()];
    let mut load = Command::new(env!("CARGO_BIN_EXE_demo"));
    let mut load = load.args(["load", &url]).args(args).stdout(Stdio::piped()).spawn().unwrap();
    // It has published for a while.
    while std::fs::read_to_string(&log).unwrap_or_default().lines().count() < 10 {
        assert!(load.try_wait().unwrap().is_none(), "it has ended before the server");
        std::thread::yield_now();
    }
    server.kill().unwrap();
    server.wait().unwrap();
    let (mut server, _) = serve(url.strip_prefix("http://").unwrap());
    let output = load.wait_with_output().unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&json).unwrap()).unwrap();
    assert_eq!((&report["held"], &report["deliveries"]), (&5.into(), &300.into()), "{report:#}");
    for key in ["server_bytes_per_idle_client", "server_bytes_per_client", "server_cpu_us_per_delivery"] {
        assert!(report[key].is_null(), "{key}: {report:#}");
    }
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(!out.contains("CPU/delivery") && !out.contains("Memory"), "{out}");
}

#[test]
fn results_are_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_str().unwrap();
    let json = dir.path().join("figures.json");
    let (code, out, err) =
        load(&["--clients", "20", "--rate", "20", "--seconds", "1", "--out", path, "--json", json.to_str().unwrap()]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(out, std::fs::read_to_string(dir.path().join("load.md")).unwrap());
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    let lost = |line: &str| line.split('|').map(str::trim).eq(["", "Lost", "0", ""]);
    assert!(out.lines().any(lost), "{out}");
    assert_eq!(read("load.json"), read("figures.json"));
    let report: serde_json::Value = serde_json::from_str(&read("load.json")).unwrap();
    for key in
        ["server_bytes_per_idle_client", "server_cpu_us_per_delivery", "wire_bytes_per_delivery", "handshake_bytes"]
    {
        assert!(report[key].as_f64().unwrap() > 0.0, "{key}: {report:#}");
    }
    let latency = |key: &str| report["latency_ms"][key].as_f64().unwrap();
    assert!(0.0 < latency("p50") && latency("p50") <= latency("p99") && latency("p99") <= latency("max"), "{report:#}");

    let (code, out, err) = load(&["--scale", "5,10", "--rate", "20", "--seconds", "1", "--out", path]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(out.matches(" ms ").count(), 6, "{out}");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&read("scale.json")).unwrap()[1]["clients"], 10);
    assert_eq!(read("scale.md").lines().count(), 4);
    assert!(read("scale.svg").contains("Server memory per client"));
}

/// The same connections, the same bytes, a loop of `send`.
#[test]
fn the_floor_is_measured_in_the_same_run() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_str().unwrap();
    let (code, out, err) =
        load(&["--floor", "--clients", "20", "--rate", "50", "--seconds", "1", "--json", "-", "--out", path]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let runs: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&runs[0]["server"], &runs[1]["server"]), (&"demo serve".into(), &"floor".into()));
    for run in runs.as_array().unwrap() {
        for (key, expected) in [("held", 20), ("deliveries", 20 * 50), ("lost", 0), ("doubled", 0), ("wrong_id", 0)] {
            assert_eq!(run[key], expected, "{key}: {run:#}");
        }
        assert!(run["last_ms"].as_f64() > Some(0.0) && run["last_ms"].as_f64() <= run["latency_ms"]["max"].as_f64());
    }
    // Except for the id, whose length is up to the server.
    let bytes = |run: usize| runs[run]["wire_bytes_per_delivery"].as_f64().unwrap();
    assert!((bytes(0) - bytes(1)).abs() < 12.0, "{runs:#}");

    let json = dir.path().join("load.json");
    let (code, out, err) = load(&["--from", json.to_str().unwrap()]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("floor") && out.contains('×'), "{out}");
}

/// Another server and its process: here ours, as if it were another's.
#[test]
fn other_servers_are_measured_in_the_same_way() {
    use std::io::BufRead as _;

    let mut server = std::process::Command::new(env!("CARGO_BIN_EXE_demo"))
        .args(["floor"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim().strip_prefix("Serving on ").unwrap();
    let pid = server.id().to_string();
    let args = [
        url,
        "--publish-to",
        "http://127.0.0.1:9/",
        "--pid",
        &pid,
        "--clients",
        "1",
        "--patience",
        "1",
        "--name",
        "someone",
    ];
    // There is no server to publish to.
    let (code, _, err) = load(&args);
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(code, Some(1), "{err}");
    let (code, _, err) = load(&args);
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains(&format!("--pid: no process {pid}")), "{err}");
}

/// The same feed over both, and for each, how long a client is away after a cut.
#[test]
fn websocket_is_measured_in_the_same_run() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_str().unwrap();
    let args =
        ["--websocket", "--clients", "20", "--rate", "20", "--seconds", "1", "--kill-every", "100", "--out", path];
    let (code, out, err) = load(&args);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    let runs: serde_json::Value = serde_json::from_str(&read("load.json")).unwrap();
    for (run, server) in ["demo serve", "demo serve, WebSocket"].into_iter().enumerate() {
        let run = &runs[run];
        for (key, expected) in [("held", 20), ("deliveries", 20 * 20), ("lost", 0), ("doubled", 0), ("wrong_id", 0)] {
            assert_eq!(run[key], expected, "{key}: {run:#}");
        }
        assert_eq!(run["server"], server);
        for key in ["handshake_bytes", "server_bytes_per_idle_client"] {
            assert!(run[key].as_f64() > Some(0.0), "{key}: {run:#}");
        }
        // The data alone is a hundred bytes; the agreed wait alone is a hundred milliseconds.
        assert!(run["wire_bytes_per_delivery"].as_f64() > Some(100.0), "{run:#}");
        assert!(run["reconnections"].as_u64() > Some(0) && run["away_ms"]["p50"].as_f64() > Some(100.0), "{run:#}");
    }
    let head: Vec<_> = out.lines().next().unwrap().split('|').map(str::trim).collect();
    assert_eq!(head, ["", "Server", "demo serve", "demo serve, WebSocket", ""]);
}
