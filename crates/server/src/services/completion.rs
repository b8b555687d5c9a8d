//! Completion: the documents that a client edits, and what may be typed in them.
//!
//! **State** per stream: at most [`DOCUMENTS_MAX`] texts of at most [`TEXT_BYTES_MAX`] bytes.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::{Stream, StreamExt, stream};
use kinetable_wire::script::auto_complete_request::Request as Asked;
use kinetable_wire::script::auto_complete_response::Response as Told;
use kinetable_wire::script::{
    AutoCompleteRequest, AutoCompleteResponse, CompletionItem, DocumentRange, GetCompletionItemsRequest,
    GetCompletionItemsResponse, GetHoverResponse, GetPullDiagnosticResponse, GetSignatureHelpResponse,
    Position, TextDocumentContentChangeEvent, TextEdit,
};
use tonic::Status;

use super::shared::{Shared, blocking};
use crate::host::Completion;

const DOCUMENTS_MAX: usize = 100;
const TEXT_BYTES_MAX: usize = 4 << 20;

/// The kind of a completion in editors: a variable.
const VARIABLE: i32 = 6;

/// The answers to a stream of edits and questions.
pub fn answers(
    shared: Arc<Shared>,
    requests: impl Stream<Item = Result<AutoCompleteRequest, Status>> + Send + Unpin + 'static,
) -> impl Stream<Item = Result<AutoCompleteResponse, Status>> + Send + 'static {
    let state = (shared, requests, Documents::default());
    let answers = stream::try_unfold(state, |(shared, mut requests, mut documents)| async move {
        let Some(request) = requests.next().await.transpose()? else { return Ok(None) };
        let (id, answer) = (request.request_id, answer(&shared, &mut documents, request).await?);
        let answer =
            answer.map(|told| AutoCompleteResponse { response: Some(told), request_id: id, success: true });
        Ok(Some((answer, (shared, requests, documents))))
    });
    answers.filter_map(|answer| std::future::ready(answer.transpose()))
}

async fn answer(
    shared: &Arc<Shared>,
    documents: &mut Documents,
    request: AutoCompleteRequest,
) -> Result<Option<Told>, Status> {
    let request_id = request.request_id;
    Ok(match request.request {
        Some(Asked::OpenDocument(open)) => {
            if let Some(document) = open.text_document {
                documents.set(document.uri, document.text)?;
            }
            None
        }
        Some(Asked::ChangeDocument(change)) => {
            if let Some(document) = change.text_document {
                documents.change(&document.uri, change.content_changes)?;
            }
            None
        }
        Some(Asked::CloseDocument(close)) => {
            if let Some(document) = close.text_document {
                documents.0.remove(&document.uri);
            }
            None
        }
        Some(Asked::GetCompletionItems(ask)) => Some(Told::CompletionItems(GetCompletionItemsResponse {
            items: complete(shared, documents, ask).await?,
            request_id,
            success: true,
        })),
        Some(Asked::GetSignatureHelp(_)) => Some(Told::Signatures(GetSignatureHelpResponse::default())),
        Some(Asked::GetHover(_)) => Some(Told::Hover(GetHoverResponse::default())),
        Some(Asked::GetDiagnostic(_)) => Some(Told::Diagnostic(GetPullDiagnosticResponse {
            kind: "full".to_owned(),
            ..GetPullDiagnosticResponse::default()
        })),
        None => None,
    })
}

async fn complete(
    shared: &Arc<Shared>,
    documents: &Documents,
    ask: GetCompletionItemsRequest,
) -> Result<Vec<CompletionItem>, Status> {
    let (Some(document), Some(position)) = (ask.text_document, ask.position) else { return Ok(Vec::new()) };
    let Some(text) = documents.0.get(&document.uri).cloned() else { return Ok(Vec::new()) };
    let (Ok(line), Ok(character)) = (u32::try_from(position.line), u32::try_from(position.character)) else {
        return Ok(Vec::new());
    };
    let shared = shared.clone();
    let found = blocking(move || Ok(shared.host.complete(&text, line, character))).await?;
    Ok(found.into_iter().enumerate().map(|(rank, completion)| item(completion, rank, position)).collect())
}

fn item(completion: Completion, rank: usize, end: Position) -> CompletionItem {
    let start =
        Position { line: end.line, character: i32::try_from(completion.start).unwrap_or(end.character) };
    let range = DocumentRange { start: Some(start), end: Some(end) };
    CompletionItem {
        start: start.character,
        length: end.character.saturating_sub(start.character),
        label: completion.text.clone(),
        kind: VARIABLE,
        detail: completion.detail,
        sort_text: format!("{rank:05}"),
        filter_text: completion.text.clone(),
        text_edit: Some(TextEdit { range: Some(range), text: completion.text }),
        insert_text_format: 1,
        ..CompletionItem::default()
    }
}

/// The texts of a client, by their URIs.
#[derive(Debug, Default)]
struct Documents(HashMap<String, String>);

impl Documents {
    fn set(&mut self, uri: String, text: String) -> Result<(), Status> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(Status::resource_exhausted(format!("a document has at most {TEXT_BYTES_MAX} bytes")));
        }
        if self.0.len() >= DOCUMENTS_MAX && !self.0.contains_key(&uri) {
            return Err(Status::resource_exhausted(format!(
                "a stream has at most {DOCUMENTS_MAX} documents"
            )));
        }
        self.0.insert(uri, text);
        Ok(())
    }

    fn change(&mut self, uri: &str, changes: Vec<TextDocumentContentChangeEvent>) -> Result<(), Status> {
        let mut text = self.0.remove(uri).unwrap_or_default();
        for change in changes {
            match change.range.and_then(|range| Some((range.start?, range.end?))) {
                Some((start, end)) => {
                    let (start, end) = (offset(&text, start), offset(&text, end));
                    text.replace_range(start.min(end)..end.max(start), &change.text);
                }
                None => text = change.text,
            }
            if text.len() > TEXT_BYTES_MAX {
                return Err(Status::resource_exhausted(format!(
                    "a document has at most {TEXT_BYTES_MAX} bytes"
                )));
            }
        }
        self.set(uri.to_owned(), text)
    }
}

/// The byte of a position, whose characters are UTF-16 units, as editors count; beyond an end, the end.
fn offset(text: &str, position: Position) -> usize {
    let mut start = 0;
    for _ in 0..position.line {
        match text[start..].find('\n') {
            Some(at) => start += at + 1,
            None => return text.len(),
        }
    }
    let line = text[start..].split('\n').next().unwrap_or_default();
    let mut units = 0;
    for (at, character) in line.char_indices() {
        if units >= position.character {
            return start + at;
        }
        units += character.len_utf16() as i32;
    }
    start + line.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: (i32, i32), end: (i32, i32), text: &str) -> TextDocumentContentChangeEvent {
        let position = |(line, character)| Some(Position { line, character });
        let range = DocumentRange { start: position(start), end: position(end) };
        TextDocumentContentChangeEvent { range: Some(range), range_length: 0, text: text.to_owned() }
    }

    #[test]
    fn edits_are_applied_where_editors_mean_them() {
        let mut documents = Documents::default();
        documents.set("a".into(), "first\n😀é second\nthird".into()).expect("room");
        documents.change("a", vec![edit((1, 2), (1, 3), "E"), edit((0, 0), (0, 5), "1")]).expect("room");
        assert_eq!(documents.0["a"], "1\n😀E second\nthird");
        documents.change("a", vec![edit((9, 9), (-3, -3), "")]).expect("room");
        assert_eq!(documents.0["a"], "");
    }

    #[test]
    fn texts_do_not_grow_beyond_their_limit() {
        let mut documents = Documents::default();
        let text = "x".repeat(TEXT_BYTES_MAX);
        documents.set("a".into(), text).expect("room");
        assert!(documents.change("a", vec![edit((0, 0), (0, 0), "y")]).is_err());
    }
}
