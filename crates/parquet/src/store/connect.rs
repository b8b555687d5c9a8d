//! From a URL to the store that it names.

use std::sync::Arc;

use kinetable_engine::{Error, Result};
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::http::HttpBuilder;
use object_store::path::Path as ObjectPath;
use object_store::{ClientOptions, ObjectStore, RetryConfig};

use super::profile::profile;
use super::runtime::provide;
use super::{Credentials, StoreOptions};

/// A store that a URL names, and the path in it.
pub(super) struct Connected {
    pub objects: Arc<dyn ObjectStore>,
    /// The URL of the store's root, with a slash at the end.
    pub base: String,
    pub path: ObjectPath,
    /// Whether the store can say what it holds.
    pub lists: bool,
}

const SCHEMES: &str = "URLs begin with s3://, gs://, az://, abfs://, http://, https:// or file://";

/// Takes a URL apart and makes the client of its store; no request is made.
pub(super) fn connect(url: &str, options: &StoreOptions) -> Result<Connected> {
    let wrong = |what: &str| Err(Error::invalid(format!("\"{url}\" {what}")).with_hint(SCHEMES));
    let Some((scheme, rest)) = url.split_once("://") else {
        return wrong("is no URL");
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    if host.is_empty() {
        return wrong("names no bucket or host");
    }
    provide();
    let scheme = scheme.to_ascii_lowercase();
    let lists = !matches!(scheme.as_str(), "http" | "https");
    let root = format!("{scheme}://{host}");
    let objects = match scheme.as_str() {
        "s3" | "s3a" | "s3n" => amazon(host, options)?,
        "gs" | "gcs" => google(host, options)?,
        "az" | "abfs" | "abfss" | "azure" | "adl" => azure(&root, options)?,
        "http" | "https" => http(&root, path, options)?,
        _ => return wrong(&format!("has a scheme, \"{scheme}\", that is not known")),
    };
    // Keys of object stores are taken as they are written, so that `%2F` in the name of a directory stays what it is;
    // those of plain servers are encoded in the URL.
    let path = match lists {
        true => ObjectPath::parse(path.trim_end_matches('/')),
        false => ObjectPath::from_url_path(path),
    };
    let path = path.map_err(|error| Error::invalid(format!("\"{url}\": {error}")))?;
    Ok(Connected { objects, base: format!("{root}/"), path, lists })
}

fn client(options: &StoreOptions) -> ClientOptions {
    ClientOptions::new()
        .with_connect_timeout(options.connect_timeout)
        .with_read_timeout(options.read_timeout)
        .with_timeout(options.write_timeout.max(options.read_timeout))
        .with_allow_http(true)
}

fn retry() -> RetryConfig {
    RetryConfig { retry_timeout: std::time::Duration::from_secs(60), ..RetryConfig::default() }
}

fn failed(error: object_store::Error) -> Error {
    Error::invalid(format!("the object store cannot be reached as set: {error}"))
        .with_hint("check region, endpoint and credentials")
}

fn amazon(bucket: &str, options: &StoreOptions) -> Result<Arc<dyn ObjectStore>> {
    let from_environment = options.credentials == Credentials::Resolving;
    let mut builder = if from_environment { AmazonS3Builder::from_env() } else { AmazonS3Builder::new() };
    builder = builder.with_bucket_name(bucket).with_client_options(client(options)).with_retry(retry());
    let wants_profile = options.credentials == Credentials::Profile || options.profile.is_some();
    let has_keys = std::env::var_os("AWS_ACCESS_KEY_ID").is_some();
    let profile = match wants_profile || (from_environment && !has_keys) || options.region.is_none() {
        true => profile(options)?,
        false => Default::default(),
    };
    match &options.credentials {
        Credentials::Key { id, secret, token } => {
            builder = builder.with_access_key_id(id).with_secret_access_key(secret);
            if let Some(token) = token {
                builder = builder.with_token(token);
            }
        }
        Credentials::Anonymous => builder = builder.with_skip_signature(true),
        Credentials::Resolving | Credentials::Profile => {
            if let (Some(id), Some(secret)) = (&profile.id, &profile.secret)
                && (wants_profile || !has_keys)
            {
                builder = builder.with_access_key_id(id).with_secret_access_key(secret);
                if let Some(token) = &profile.token {
                    builder = builder.with_token(token);
                }
            } else if options.credentials == Credentials::Profile {
                return Err(Error::invalid("the profile has no access key")
                    .with_hint("profiles here hold keys; those that sign in elsewhere are not followed"));
            }
        }
    }
    let region = |name| std::env::var(name).ok();
    let region = options.region.clone().or(profile.region).or_else(|| region("AWS_REGION"));
    let region = region.or_else(|| std::env::var("AWS_DEFAULT_REGION").ok());
    builder = builder.with_region(region.unwrap_or_else(|| "us-east-1".into()));
    if let Some(endpoint) = options.endpoint.clone().or(profile.endpoint) {
        builder = builder.with_endpoint(endpoint).with_virtual_hosted_style_request(false);
    }
    Ok(Arc::new(builder.build().map_err(failed)?))
}

fn google(bucket: &str, options: &StoreOptions) -> Result<Arc<dyn ObjectStore>> {
    let mut builder = GoogleCloudStorageBuilder::from_env().with_bucket_name(bucket);
    builder = builder.with_client_options(client(options)).with_retry(retry());
    if let Some(endpoint) = &options.endpoint {
        builder = builder.with_base_url(endpoint);
    }
    if options.credentials == Credentials::Anonymous {
        builder = builder.with_skip_signature(true);
    }
    Ok(Arc::new(builder.build().map_err(failed)?))
}

fn azure(root: &str, options: &StoreOptions) -> Result<Arc<dyn ObjectStore>> {
    let mut builder = MicrosoftAzureBuilder::from_env().with_url(root);
    builder = builder.with_client_options(client(options)).with_retry(retry());
    if let Some(endpoint) = &options.endpoint {
        builder = builder.with_endpoint(endpoint.clone());
    }
    match &options.credentials {
        Credentials::Anonymous => builder = builder.with_skip_signature(true),
        Credentials::Key { id, secret, .. } => builder = builder.with_account(id).with_access_key(secret),
        Credentials::Resolving | Credentials::Profile => {}
    }
    Ok(Arc::new(builder.build().map_err(failed)?))
}

fn http(root: &str, path: &str, options: &StoreOptions) -> Result<Arc<dyn ObjectStore>> {
    if path.contains(['?', '#']) {
        return Err(Error::invalid(format!("\"{root}/{path}\" has a query, which is not sent on"))
            .with_hint("give the address of the file alone"));
    }
    let builder = HttpBuilder::new().with_url(root).with_client_options(client(options)).with_retry(retry());
    Ok(Arc::new(builder.build().map_err(failed)?))
}
