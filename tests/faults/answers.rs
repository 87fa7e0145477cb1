//! What services answer: commands, refusals, keys, and the services API.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use testkit::{NatsServer, NatsSettings};

use crate::{
    system::{SERVICES, Servers, System, said},
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
fn probes_and_metrics_answer() {
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

/// Asks as any client of the services API does: in the protocol's own words, without a library.
fn ask_all(url: &str, subject: &str, answers: usize) -> Vec<serde_json::Value> {
    ask_with(url, subject, "", answers)
}

fn ask_with(url: &str, subject: &str, body: &str, answers: usize) -> Vec<serde_json::Value> {
    let mut connection = BufReader::new(TcpStream::connect(url.trim_start_matches("nats://")).unwrap());
    connection.get_ref().set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let length = body.len();
    let question = format!(
        "CONNECT {{\"verbose\":false}}\r\nSUB _INBOX.program 1\r\nPUB {subject} _INBOX.program {length}\r\n{body}\r\n"
    );
    connection.get_mut().write_all(question.as_bytes()).unwrap();
    let mut found = Vec::new();
    while found.len() < answers {
        let mut line = String::new();
        connection.read_line(&mut line).unwrap();
        let Some(message) = line.trim_end().strip_prefix("MSG _INBOX.program 1 ") else { continue };
        let mut body = vec![0; message.parse().unwrap()];
        connection.read_exact(&mut body).unwrap();
        found.push(serde_json::from_slice(&body).unwrap());
    }
    found
}

#[test]
fn the_services_api_says_who_is_there_and_what_they_did() {
    let mut system = System::new(Servers::One(NatsServer::start()));
    system.start(&[]);
    let year = Year::generate(system.folder(), 19);
    for step in year.steps().iter().take(2) {
        system.until_done(&step.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let url = system.servers.url();
    let mut names: Vec<String> =
        ask_all(&url, "$SRV.PING", 4).iter().map(|pong| pong["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    let mut expected = SERVICES.map(str::to_owned);
    expected.sort();
    assert_eq!(names, expected);

    let info = &ask_all(&url, "$SRV.INFO.memo-keeper", 1)[0];
    assert_eq!(info["metadata"]["writes"], "MEMOS BILLING", "{info}");
    assert_eq!(info["endpoints"][0]["subject"], "creditmemo.commands.memo-keeper", "{info}");

    // The import of the credits was asked of upstream-credits, and nobody else.
    let did = |service: &str| {
        let stats = &ask_all(&url, &format!("$SRV.STATS.{service}"), 1)[0];
        stats["endpoints"][0]["num_requests"].as_u64().unwrap_or_else(|| panic!("{stats}"))
    };
    assert!(did("upstream-credits") >= 1);
    assert_eq!(did("projector"), 0);
}

#[test]
fn a_message_is_a_command_whoever_sends_it() {
    let mut system = System::new(Servers::One(NatsServer::start()));
    system.start(&[]);
    let year = Year::generate(system.folder(), 23);
    for step in year.steps().iter().take(2) {
        system.until_done(&step.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let url = system.servers.url();
    let ask = |service: &str, command: serde_json::Value| {
        let request = serde_json::json!({ "by": "a program", "reason": "a test", "command": command }).to_string();
        ask_with(&url, &format!("creditmemo.commands.{service}"), &request, 1).remove(0)
    };
    let listed = ask("projector", serde_json::json!({ "type": "memos.list", "version": 1 }));
    assert_eq!(listed["exit"], 0, "{listed}");
    let rows: serde_json::Value = serde_json::from_str(listed["out"].as_str().unwrap()).unwrap();
    let memo = rows[0]["memo_number"].as_str().unwrap();

    // What is not understood is refused, and not left out.
    let refused = |service: &str, command: serde_json::Value, code: &str| {
        let answer = ask(service, command);
        assert_eq!(answer["exit"], 2, "{answer}");
        assert!(answer["messages"].as_str().unwrap().contains(code), "{answer}");
    };
    let of = |values: serde_json::Value| {
        let mut message = serde_json::json!({ "type": "memos.write-off", "version": 1, "number": memo });
        message.as_object_mut().unwrap().extend(values.as_object().unwrap().clone());
        message
    };
    refused("memo-keeper", of(serde_json::json!({ "amuont": "5.00" })), "CM0615");
    refused("memo-keeper", of(serde_json::json!({ "amount": "1e1" })), "CM0615");
    refused("memo-keeper", of(serde_json::json!({ "version": 2 })), "CM0615");
    refused("memo-keeper", serde_json::json!({ "type": "memos.write-off", "version": 1 }), "CM0615");
    refused("projector", of(serde_json::json!({})), "CM0616");
    refused("memo-keeper", serde_json::json!({ "type": "audit", "version": 1 }), "CM0616");
    let file = serde_json::json!({ "type": "credits.import", "version": 1, "file": "/etc/hostname" });
    refused("upstream-credits", file, "CM0618");

    let done = ask("memo-keeper", of(serde_json::json!({ "amount": "5.00" })));
    assert_eq!(done["exit"], 0, "{done}");
    let rows: serde_json::Value = serde_json::from_str(done["out"].as_str().unwrap()).unwrap();
    let found = rows.as_array().unwrap().iter().find(|row| row["memo_number"] == memo).unwrap();
    assert_eq!(found["written_off_amount"], "5.00");
}

#[test]
fn traces_reach_a_collector_and_hold_no_secret() {
    let users = "authorization { users: [ { user: clerk, password: hunter2 } ] }".to_owned();
    let server = NatsServer::start_with(NatsSettings { more: users, ..NatsSettings::default() });
    let collector = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", collector.local_addr().unwrap());
    let (sent, received) = mpsc::channel();
    thread::spawn(move || {
        for connection in collector.incoming() {
            let _ = sent.send(take_request(connection.unwrap()));
        }
    });

    let mut system = System::as_user(server, "clerk", "hunter2");
    system.start(&["upstream-credits", "memo-keeper", "--otlp", &address]);
    let year = Year::generate(system.folder(), 23);
    for (number, step) in year.steps().iter().take(2).enumerate() {
        let key = format!("key-of-the-operator-{number}");
        let words = [step.iter().map(String::as_str).collect(), vec!["--idempotency-key", &key]].concat();
        system.until_done(&words);
    }

    let deadline = Instant::now() + Duration::from_secs(60);
    let mut spans = String::new();
    // Names and fields stand in a protobuf as plain text.
    while !["command", "credits import", "follow", "append"].iter().all(|word| spans.contains(word)) {
        let left = deadline.saturating_duration_since(Instant::now());
        let request = received.recv_timeout(left).unwrap_or_else(|_| panic!("{spans}\n{}", system.logs()));
        assert!(request.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{request}");
        assert!(request.contains("application/x-protobuf"), "{request}");
        spans.push_str(&request);
    }
    assert!(spans.contains("creditmemo"), "{spans}");
    for secret in ["hunter2", "clerk", "key-of-the-operator"] {
        assert!(!spans.contains(secret), "{secret} is in {spans}");
    }
}

/// Reads one request of HTTP/1.1, answers that it was taken, and ends the connection.
fn take_request(connection: TcpStream) -> String {
    let mut connection = BufReader::new(connection);
    let (mut request, mut length) = (String::new(), 0);
    while !request.ends_with("\r\n\r\n") {
        let mut line = String::new();
        if connection.read_line(&mut line).unwrap_or_default() == 0 {
            return request;
        }
        if let Some(bytes) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = bytes.trim().parse().unwrap();
        }
        request.push_str(&line);
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).unwrap();
    request.push_str(&String::from_utf8_lossy(&body));
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    connection.get_mut().write_all(answer.as_bytes()).unwrap();
    request
}

fn get(address: &str, path: &str) -> String {
    let Ok(mut connection) = TcpStream::connect(address) else { return String::new() };
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}
