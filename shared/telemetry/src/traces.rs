//! Traces for an OpenTelemetry collector: what was done, for whom and how long it took, as OTLP over
//! HTTP. Off unless a collector is named.
//!
//! Invariants: spans only, made by this program's own code, and of its own fields; no argument of a
//! command, no text of a failure and nothing of a login is in one. A collector that is away costs
//! nothing but its spans. Deliberately absent: TLS (a collector on the same machine or pod takes the
//! spans on).

use error_codes::codes;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Uri,
    header::{HOST, HeaderValue},
};
use hyper_util::rt::TokioIo;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tokio::{net::TcpStream, runtime::Handle, time::timeout};
use tracing::{Level, Subscriber};
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};

use service_kit::Failure;

/// Where the standard wants spans below a collector's address.
const PATH: &str = "/v1/traces";

/// How long one batch of spans may take.
const SEND_WAIT: Duration = Duration::from_secs(5);

/// How long the end of the process waits for its last spans.
const END_WAIT: Duration = Duration::from_secs(2);

/// A collector's answer says next to nothing.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// What is called in traces, where `OTEL_SERVICE_NAME` says nothing else.
const NAME: &str = "creditmemo";

/// Spans on their way to a collector. What is left of them goes out when it ends.
#[derive(Debug)]
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Sends spans to a collector: `http://HOST:PORT`, with or without the standard's path.
    ///
    /// # Errors
    /// [`Failure`] where the address is none that is spoken to here. Whether anyone is there is not
    /// tried.
    pub fn to(collector: &str, runtime: Handle) -> Result<Self, Failure> {
        let refused = |why: &str| {
            // Not repeated: an address may hold a login.
            Failure::usage(
                codes::COLLECTOR_ADDRESS,
                format!("the address of the collector {why}: it reads http://HOST:PORT"),
            )
        };
        let address: Uri = collector.parse().map_err(|_| refused("is none"))?;
        if address.scheme_str() != Some("http") {
            return Err(refused("is not http (one with TLS is reached through a collector on this machine)"));
        }
        let authority = address.authority().ok_or_else(|| refused("names no host"))?;
        if authority.as_str().contains('@') {
            return Err(refused("has a login (OTEL_EXPORTER_OTLP_HEADERS takes one)"));
        }
        let base = collector.trim_end_matches('/');
        let endpoint = if base.ends_with(PATH) { base.to_owned() } else { format!("{base}{PATH}") };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client { runtime })
            .with_endpoint(endpoint)
            .with_timeout(SEND_WAIT)
            .build()
            .map_err(|_| refused("is not taken"))?;
        let mut resource = Resource::builder();
        if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
            resource = resource.with_service_name(NAME);
        }
        let provider = SdkTracerProvider::builder().with_resource(resource.build()).with_batch_exporter(exporter);
        Ok(Self(provider.build()))
    }

    /// What turns this program's spans into those of a trace.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let own = |of: &tracing::Metadata<'_>| of.is_span() && *of.level() <= Level::INFO;
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(NAME))
            .with_location(false)
            .with_threads(false)
            .with_filter(filter_fn(own))
    }

    /// Sends what is left, for a moment at the most.
    pub fn end(self) {
        if let Err(cause) = self.0.shutdown_with_timeout(END_WAIT) {
            tracing::warn!(%cause, "the last spans were not taken");
        }
    }
}

/// Speaks plain HTTP on this program's runtime, wherever it is called.
#[derive(Debug)]
struct Client {
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        self.runtime.spawn(async move { timeout(SEND_WAIT, send(request)).await? }).await?
    }
}

async fn send(request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let (mut parts, body) = request.into_parts();
    let authority = parts.uri.authority().ok_or("no host")?.clone();
    let stream = TcpStream::connect((authority.host(), authority.port_u16().unwrap_or(80))).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    // It ends with the sender; what goes wrong with it is what the answer says.
    tokio::spawn(connection);
    parts.headers.insert(HOST, HeaderValue::from_str(authority.as_str())?);
    let path = parts.uri.path_and_query().map_or(PATH, |path| path.as_str());
    parts.uri = path.parse()?;
    let answer = sender.send_request(Request::from_parts(parts, Full::new(body))).await?;
    let (parts, body) = answer.into_parts();
    let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await?.to_bytes();
    Ok(Response::from_parts(parts, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_that_cannot_be_is_refused_without_repeating_it() {
        for address in ["", "nowhere", "https://collector:4318", "http://clerk:hunter2@collector", "/v1/traces"] {
            let refusal = Traces::to(address, Handle::current()).unwrap_err().to_string();
            assert!(refusal.contains("CM0626") && !refusal.contains("hunter2"), "{refusal}");
        }
    }
}
