//! What is asked of a process from outside: whether it lives, whether it is ready, and its figures.
//!
//! `/healthz` answers as soon as the process runs; `/readyz` once every service in it has read the
//! log and reaches it; `/metrics` in Prometheus's text. Deliberately absent: anything about money,
//! and any way to change something.

use error_codes::codes;
use std::{
    collections::BTreeMap,
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http_body_util::Full;
use hyper::{Request, Response, StatusCode, body::Bytes, body::Incoming, header, service::service_fn};
use hyper_util::rt::TokioIo;
use prometheus_client::{encoding::text::encode, registry::Registry};
use tokio::net::TcpListener;

use service_kit::Failure;

/// How a process stands, shared between its services and its probes.
#[derive(Clone, Default)]
pub struct Probe {
    readiness: Arc<Mutex<BTreeMap<&'static str, Result<(), String>>>>,
    registry: Arc<Mutex<Registry>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Probe {
    /// A part of the process that must be ready, and is not yet.
    pub fn expect(&self, part: &'static str) {
        locked(&self.readiness).insert(part, Err("starting".to_owned()));
    }

    /// A part is ready.
    pub fn ready(&self, part: &'static str) {
        locked(&self.readiness).insert(part, Ok(()));
    }

    /// A part is not ready, and why.
    pub fn not_ready(&self, part: &'static str, why: impl std::fmt::Display) {
        locked(&self.readiness).insert(part, Err(why.to_string()));
    }

    /// Whether every part is ready, with a line for each.
    pub fn readiness(&self) -> (bool, String) {
        let parts = locked(&self.readiness);
        let lines = parts.iter().map(|(part, state)| match state {
            Ok(()) => format!("{part}: ready\n"),
            Err(why) => format!("{part}: not ready: {why}\n"),
        });
        (parts.values().all(Result::is_ok), lines.collect())
    }

    /// Where figures are registered.
    pub fn register(&self, with: impl FnOnce(&mut Registry)) {
        with(&mut locked(&self.registry));
    }

    fn metrics(&self) -> String {
        let mut text = String::new();
        match encode(&mut text, &locked(&self.registry)) {
            Ok(()) => text,
            Err(cause) => format!("# encoding failed: {cause}\n"),
        }
    }

    fn answer(&self, path: &str) -> (StatusCode, &'static str, String) {
        const TEXT: &str = "text/plain; charset=utf-8";
        match path {
            "/healthz" => (StatusCode::OK, TEXT, "alive\n".to_owned()),
            "/readyz" => match self.readiness() {
                (true, lines) => (StatusCode::OK, TEXT, lines),
                (false, lines) => (StatusCode::SERVICE_UNAVAILABLE, TEXT, lines),
            },
            "/metrics" => {
                (StatusCode::OK, "application/openmetrics-text; version=1.0.0; charset=utf-8", self.metrics())
            }
            _ => (StatusCode::NOT_FOUND, TEXT, "there are /healthz, /readyz and /metrics\n".to_owned()),
        }
    }
}

/// Answers probes on an address until the process ends; answers with the address it listens on.
///
/// # Errors
/// [`Failure`] where the address cannot be listened on.
pub async fn serve_probe(address: SocketAddr, probe: Probe) -> Result<SocketAddr, Failure> {
    let failed = |cause: std::io::Error| {
        Failure::failed(
            codes::PROBE_ADDRESS,
            format!("listening on {address} for probes failed: {cause}: name another address"),
        )
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let listening = listener.local_addr().map_err(failed)?;
    tokio::spawn(async move {
        loop {
            let Ok((connection, _)) = listener.accept().await else { continue };
            let probe = probe.clone();
            tokio::spawn(async move {
                let answer = service_fn(move |request: Request<Incoming>| {
                    let answer = respond(&probe, request.uri().path());
                    async move { Ok::<_, Infallible>(answer) }
                });
                // Whoever hangs up in the middle of a probe is not our concern.
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(connection), answer).await;
            });
        }
    });
    Ok(listening)
}

fn respond(probe: &Probe, path: &str) -> Response<Full<Bytes>> {
    let (status, kind, body) = probe.answer(path);
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_ready_once_all_its_parts_are() {
        let probe = Probe::default();
        probe.expect("memo-keeper");
        probe.ready("projector");
        assert_eq!(probe.answer("/readyz").0, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(probe.answer("/healthz").0, StatusCode::OK);
        probe.ready("memo-keeper");
        assert_eq!(probe.answer("/readyz").0, StatusCode::OK);
        probe.not_ready("memo-keeper", "the log is away");
        let (status, _, text) = probe.answer("/readyz");
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(text.contains("memo-keeper: not ready: the log is away"), "{text}");
        assert_eq!(probe.answer("/balances").0, StatusCode::NOT_FOUND);
    }
}
