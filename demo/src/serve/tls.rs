//! TLS by rustls, from two PEM files.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// In order of preference.
pub(crate) const HTTP_2: &[u8] = b"h2";
const HTTP_1: &[u8] = b"http/1.1";

/// Errors name the file.
pub(crate) fn acceptor(cert: &Path, key: &Path) -> anyhow::Result<TlsAcceptor> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(cert).and_then(Iterator::collect);
    let chain = chain.with_context(|| cert.display().to_string())?;
    ensure!(!chain.is_empty(), "{}: no certificate in PEM format", cert.display());
    let first = PrivateKeyDer::pem_file_iter(key).and_then(|mut keys| keys.next().transpose());
    let private_key = first.with_context(|| key.display().to_string())?;
    let private_key = private_key.with_context(|| format!("{}: no private key in PEM format", key.display()))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, private_key)
        .with_context(|| format!("{} and {}", cert.display(), key.display()))?;
    config.alpn_protocols = vec![HTTP_2.into(), HTTP_1.into()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
