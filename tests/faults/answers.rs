//! What services answer: commands, refusals, keys, and the services API.

use std::{fs, io::Read as _, net::TcpStream};

use testkit::NatsServer;

use crate::{
    system::{Servers, System, said},
    year::Year,
};

#[test]
fn commands_are_answered_as_the_command_line_answers_them() {
    let mut system = System::new(Servers::One(NatsServer::start()));
    let year = Year::generate(system.folder(), 17);
    let elsewhere = system.folder().join("elsewhere.csv");
    fs::write(&elsewhere, "a,b\n1,2\n").unwrap();
    let from = year.folder.to_string_lossy().into_owned();
    system.start(&["--ingest-from", &from]);
    let steps = year.steps();
    let words = |number: usize| steps[number].iter().map(String::as_str).collect::<Vec<_>>();
    system.until_done(&words(0));

    // A dry run says what it would do, and leaves nothing behind in the service either.
    let dry = system.until_done(&[words(1), vec!["--dry-run", "--output", "json"]].concat());
    assert!(dry.contains("memo_number"), "{dry}");
    assert_eq!(system.rows(&["memos", "list"]), serde_json::json!([]));

    // A key does a command once, and is refused for another input.
    let with_key = [words(1), vec!["--idempotency-key", "january", "--by", "ana"]].concat();
    system.until_done(&with_key);
    let again = system.run(&with_key);
    assert!(again.status.success() && said(&again).contains("done before under this key"), "{}", said(&again));
    let other = system.run(&["bill", "2025-01", "--idempotency-key", "january"]);
    assert_eq!(other.status.code(), Some(3), "{}", said(&other));

    // Memos were there when the import returned, and numbered in the order of its rows.
    let memos = system.rows(&["memos", "list"]);
    assert!(memos.as_array().unwrap().len() >= 10, "{memos}");

    // What blocks comes back as rows, with the exit code of the command line.
    let blocked = system.run(&["bill", "2025-01", "--output", "json"]);
    assert_eq!(blocked.status.code(), Some(5), "{}", said(&blocked));
    let close = system.run(&["close", "2025-01", "--output", "json"]);
    assert_eq!(close.status.code(), Some(5));
    let rows: serde_json::Value = serde_json::from_slice(&close.stdout).unwrap();
    assert!(!rows[0]["blockers"].as_array().unwrap().is_empty(), "{rows}");

    // A request may not have the service read whatever lies on its machine.
    let refused = system.run(&["ingest", &elsewhere.to_string_lossy()]);
    assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
    assert!(said(&refused).contains("[CM0620]"), "{}", said(&refused));
}

#[test]
fn probes_and_the_services_api_answer() {
    let mut system = System::new(Servers::One(NatsServer::start()));
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    system.start(&["projector", "--listen", &address]);
    system.until_done(&["balance"]);

    let mut waited = 0;
    while !get(&address, "/readyz").starts_with("HTTP/1.1 200") {
        waited += 1;
        assert!(waited < 300, "{}\n{}", get(&address, "/readyz"), system.logs());
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert!(get(&address, "/healthz").starts_with("HTTP/1.1 200"));
    let metrics = get(&address, "/metrics");
    assert!(metrics.contains(r#"creditmemo_position{service="projector",stream="MEMOS"} 0"#), "{metrics}");
    assert!(metrics.ends_with("# EOF\n"), "{metrics}");
    assert!(get(&address, "/balances").starts_with("HTTP/1.1 404"));
}

fn get(address: &str, path: &str) -> String {
    use std::io::Write as _;
    let Ok(mut connection) = TcpStream::connect(address) else { return String::new() };
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}
