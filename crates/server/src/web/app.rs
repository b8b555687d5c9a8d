//! The files of the web app: read once, served as they are, compressed ahead of time where the browser takes that.
//!
//! Names of files that carry a hash of their content never change, so browsers keep them; the page itself is asked for each time.

use std::collections::HashMap;
use std::path::Path;

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    VARY,
};
use http::{HeaderMap, HeaderValue, Response};
use tonic::body::Body;

/// The most bytes of a file.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// The files of the app, by path.
#[derive(Debug, Default)]
pub struct Files(HashMap<String, File>);

#[derive(Debug)]
struct File {
    plain: Bytes,
    brotli: Option<Bytes>,
    kind: &'static str,
}

impl Files {
    /// Reads a folder.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn read(folder: &Path) -> std::io::Result<Files> {
        let mut files = HashMap::new();
        read(folder, "", &mut files)?;
        Ok(Files(files))
    }

    /// Whether there is an app.
    pub fn is_empty(&self) -> bool {
        !self.0.contains_key("/index.html")
    }

    /// The file at a path, for who calls the server by this name; paths of the app that are none are the app itself.
    pub fn answer(&self, path: &str, headers: &HeaderMap, host: Option<&str>) -> Option<Response<Body>> {
        let is_page =
            path == "/" || ["/table/", "/panel/", "/dashboard/"].iter().any(|one| path.starts_with(one));
        let path = if is_page { "/index.html" } else { path };
        let file = self.0.get(path)?;
        let takes = |name: &str| {
            let listed =
                headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
            listed.split(',').any(|one| one.split(';').next().unwrap_or_default().trim() == name)
        };
        let brotli = file.brotli.as_ref().filter(|_| takes("br"));
        let is_compressed = brotli.is_some();
        let mut response =
            Response::new(Body::new(http_body_util::Full::new(brotli.unwrap_or(&file.plain).clone())));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.kind));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(CONTENT_SECURITY_POLICY, policy(host));
        if is_compressed {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
        let kept =
            if path.starts_with("/assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(kept));
        Some(response)
    }
}

/// The page runs what it brought, talks to its own server, and is in no other page's frame.
fn policy(host: Option<&str>) -> HeaderValue {
    // Older browsers do not take WebSockets of the server for its own. What is no plain name could say more than a source.
    let is_plain = |host: &&str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':');
        !host.is_empty() && host.bytes().all(is_part)
    };
    let sockets = host.filter(is_plain).map(|host| format!(" ws://{host} wss://{host}")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
         connect-src 'self'{sockets}; manifest-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'self'"
    );
    HeaderValue::try_from(policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}

fn read(folder: &Path, place: &str, files: &mut HashMap<String, File>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = entry.path();
        let at = format!("{place}/{name}");
        let metadata = entry.metadata()?;
        if metadata.is_dir() {
            read(&path, &at, files)?;
        } else if !name.ends_with(".br") && metadata.len() <= FILE_BYTES_MAX {
            let compressed = folder.join(format!("{name}.br"));
            let brotli = compressed.exists().then(|| std::fs::read(&compressed)).transpose()?;
            let file = File {
                plain: std::fs::read(&path)?.into(),
                brotli: brotli.map(Bytes::from),
                kind: kind(&name),
            };
            files.insert(at, file);
        }
    }
    Ok(())
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: Option<&str> = Some("localhost:10000");

    #[test]
    fn a_page_talks_to_its_own_server_alone() {
        let sources = |host| {
            let policy = policy(host);
            let policy = policy.to_str().unwrap();
            let connect = policy.split("; ").find_map(|one| one.strip_prefix("connect-src ")).unwrap();
            assert!(policy.starts_with("default-src 'none'; script-src 'self'; "), "{policy}");
            connect.to_owned()
        };
        assert_eq!(sources(HOST), "'self' ws://localhost:10000 wss://localhost:10000");
        for host in [None, Some(""), Some("*"), Some("[::1]:10000"), Some("x; script-src *"), Some("x ws:")] {
            assert_eq!(sources(host), "'self'", "{host:?}");
        }
    }

    #[test]
    fn files_are_served_compressed_to_who_takes_it() {
        let folder = std::env::temp_dir().join(format!("kinetable-files-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("assets")).unwrap();
        std::fs::write(folder.join("index.html"), "<html>").unwrap();
        std::fs::write(folder.join("assets/a.js"), "let a").unwrap();
        std::fs::write(folder.join("assets/a.js.br"), "small").unwrap();
        let files = Files::read(&folder).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, br;q=1"));
        let script = files.answer("/assets/a.js", &headers, HOST).unwrap();
        assert_eq!(script.headers()[CONTENT_ENCODING], "br");
        assert!(script.headers()[CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        for path in ["/table/trades", "/panel/table/trades", "/dashboard/desk"] {
            assert_eq!(
                files.answer(path, &headers, HOST).unwrap().headers()[CONTENT_TYPE],
                "text/html; charset=utf-8"
            );
        }
        let page = files.answer("/table/trades", &headers, HOST).unwrap();
        assert_eq!(page.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
        assert!(page.headers().get(CONTENT_ENCODING).is_none());
        assert_eq!(page.headers()[CONTENT_SECURITY_POLICY], policy(HOST));
        assert!(files.answer("/../etc/passwd", &headers, HOST).is_none());
        assert!(files.answer("/assets/a.js.br", &headers, HOST).is_none());
        assert!(!files.is_empty());
    }
}
