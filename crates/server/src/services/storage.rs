//! The files of those who may run code, for clients of Deephaven's own: paths may be given without the first `/`.

use std::sync::Arc;

use kinetable_wire::grpc::storage_service_server::StorageService;
use kinetable_wire::grpc::{
    CreateDirectoryRequest, CreateDirectoryResponse, DeleteItemRequest, DeleteItemResponse, FetchFileRequest,
    FetchFileResponse, ItemInfo, ItemType, ListItemsRequest, ListItemsResponse, MoveItemRequest,
    MoveItemResponse, SaveFileRequest, SaveFileResponse,
};
use tonic::{Request, Response, Status};

use super::shared::{Shared, blocking};
use crate::access::fits;
use crate::stored::{Item, Refusal, Replace, Stored};

/// Bytes of a pattern of names.
const GLOB_BYTES_MAX: usize = 256;

/// The service.
pub struct Storage(pub Arc<Shared>);

#[tonic::async_trait]
impl StorageService for Storage {
    async fn list_items(
        &self,
        request: Request<ListItemsRequest>,
    ) -> Result<Response<ListItemsResponse>, Status> {
        let ListItemsRequest { path, filter_glob } = request.into_inner();
        if filter_glob.as_ref().is_some_and(|glob| glob.len() > GLOB_BYTES_MAX || glob.contains('/')) {
            let message = format!("filter_glob is for names: no /, and at most {GLOB_BYTES_MAX} bytes");
            return Err(Status::invalid_argument(message));
        }
        self.with(move |stored| {
            let items = stored.list(&path)?;
            let name = |item: &Item| item.path.rsplit('/').next().unwrap_or_default().to_owned();
            let wanted = |item: &Item| filter_glob.as_ref().is_none_or(|glob| fits(glob, &name(item)));
            let items = items.into_iter().filter(wanted).map(info).collect();
            Ok(ListItemsResponse { items, canonical_path: stored.canonical(&path)? })
        })
        .await
    }

    async fn fetch_file(
        &self,
        request: Request<FetchFileRequest>,
    ) -> Result<Response<FetchFileResponse>, Status> {
        let FetchFileRequest { path, etag } = request.into_inner();
        self.with(move |stored| {
            let (contents, tag) = stored.load(&path)?;
            // Who has it already gets it not again.
            let contents = if etag.as_ref() == Some(&tag) { Vec::new() } else { contents };
            Ok(FetchFileResponse { contents, etag: Some(tag) })
        })
        .await
    }

    async fn save_file(
        &self,
        request: Request<SaveFileRequest>,
    ) -> Result<Response<SaveFileResponse>, Status> {
        let SaveFileRequest { allow_overwrite, path, contents } = request.into_inner();
        self.with(move |stored| {
            let tag = stored.save(&path, &contents, &replace(allow_overwrite))?;
            Ok(SaveFileResponse { etag: Some(tag) })
        })
        .await
    }

    async fn move_item(
        &self,
        request: Request<MoveItemRequest>,
    ) -> Result<Response<MoveItemResponse>, Status> {
        let MoveItemRequest { old_path, new_path, allow_overwrite } = request.into_inner();
        self.with(move |stored| {
            stored.rename(&old_path, &new_path, &replace(allow_overwrite))?;
            Ok(MoveItemResponse {})
        })
        .await
    }

    async fn create_directory(
        &self,
        request: Request<CreateDirectoryRequest>,
    ) -> Result<Response<CreateDirectoryResponse>, Status> {
        let CreateDirectoryRequest { path } = request.into_inner();
        self.with(move |stored| {
            stored.make(&path)?;
            Ok(CreateDirectoryResponse {})
        })
        .await
    }

    async fn delete_item(
        &self,
        request: Request<DeleteItemRequest>,
    ) -> Result<Response<DeleteItemResponse>, Status> {
        let DeleteItemRequest { path } = request.into_inner();
        self.with(move |stored| {
            stored.delete(&path)?;
            Ok(DeleteItemResponse {})
        })
        .await
    }
}

impl Storage {
    /// Does something with the files, where that may wait.
    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Stored) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<Response<T>, Status> {
        let shared = self.0.clone();
        let done = blocking(move || {
            let none = "this server keeps no files: start it with --files DIR";
            let stored = shared.stored.as_ref().ok_or_else(|| Status::unimplemented(none))?;
            work(stored).map_err(status)
        });
        done.await.map(Response::new)
    }
}

fn replace(allow_overwrite: bool) -> Replace {
    if allow_overwrite { Replace::Any } else { Replace::New }
}

fn info(item: Item) -> ItemInfo {
    let kind = if item.is_directory { ItemType::Directory } else { ItemType::File };
    ItemInfo {
        path: item.path,
        r#type: kind.into(),
        size: i64::try_from(item.size).unwrap_or(i64::MAX),
        etag: item.tag,
    }
}

fn status(refusal: Refusal) -> Status {
    match refusal {
        Refusal::Invalid(message) => Status::invalid_argument(message),
        Refusal::Missing(message) | Refusal::Conflict(message) => Status::failed_precondition(message),
        Refusal::Limit(message) => Status::resource_exhausted(message),
        Refusal::Failed(message) => Status::internal(message),
    }
}
