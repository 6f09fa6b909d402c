//! `demo compare`, small: both transports deliver everything, and every figure is there.

use std::time::Duration;

use assert_cmd::Command;

#[test]
fn both_deliver_everything_and_are_measured() {
    let dir = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_demo"))
        .args(["compare", "--clients", "20", "--rate", "20", "--seconds", "1", "--rounds", "2", "--recoveries", "3"])
        .args(["--json", "-", "--out", dir.path().to_str().unwrap()])
        .timeout(Duration::from_secs(120))
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), err.as_str()), (Some(0), ""));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for (transport, name) in [("sse", "sse"), ("websocket", "web-socket")] {
        let summary = &report[transport];
        assert_eq!(summary["transport"], name);
        assert_eq!(summary["deliveries"], 2 * 20 * 20, "{summary:#}");
        assert_eq!((&summary["lost"], &summary["doubled"]), (&0.into(), &0.into()), "{summary:#}");
        assert_eq!(summary["rounds"].as_array().unwrap().len(), 2);
        assert_eq!(summary["rounds"][0]["recovery_ms"].as_array().unwrap().len(), 3);
        for key in ["wire_bytes_per_delivery", "handshake_bytes", "server_bytes_per_idle_client", "recovery_ms_median"]
        {
            assert!(summary[key].as_f64().unwrap() > 0.0, "{transport} {key}: {summary:#}");
        }
        assert!(summary["latency_ms"]["p99"].as_f64().unwrap() > 0.0, "{summary:#}");
        // The data alone has a hundred; the agreed wait alone takes a hundred milliseconds.
        assert!(summary["wire_bytes_per_delivery"].as_f64().unwrap() > 100.0, "{summary:#}");
        assert!(summary["recovery_ms_median"].as_f64().unwrap() > 100.0, "{summary:#}");
    }
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    assert!(read("compare.md").contains("| On the wire per event |"));
    assert!(read("compare.svg").contains("WebSocket"));
}
