# Versions that are not offered, and requests without one.
phone as ios
phone send FolderSync version 16.1 { SyncKey 0 }
phone gets FolderSync { Status 138 } or http 400
phone send FolderSync header "MS-ASProtocolVersion: 1.0" { SyncKey 0 }
phone gets http 505 or http 400
phone send FolderSync header "MS-ASProtocolVersion: nonsense" { SyncKey 0 }
phone gets http 400
phone send FolderSync header "MS-ASProtocolVersion:" { SyncKey 0 }
phone gets http 400
phone folders
