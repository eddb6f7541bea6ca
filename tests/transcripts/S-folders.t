# FolderCreate, FolderDelete, FolderUpdate: what may fail.
phone as ios
phone folders
phone send FolderCreate { SyncKey $folders.key ParentId 0 DisplayName Neu Type 12 }
phone gets FolderCreate { Status 1 SyncKey * ServerId $neu }
phone send FolderCreate { SyncKey $folders.key ParentId 0 DisplayName Neu Type 12 }
phone gets FolderCreate { Status 2 }
phone send FolderCreate { SyncKey $folders.key ParentId 99999 DisplayName Kind Type 12 }
phone gets FolderCreate { Status 5 }
phone send FolderCreate { SyncKey $folders.key ParentId 0 DisplayName Falsch Type 2 }
phone gets FolderCreate { Status 10 }
phone send FolderCreate { SyncKey 99999 ParentId 0 DisplayName Alt Type 12 }
phone gets FolderCreate { Status 9 }
phone send FolderCreate { SyncKey $folders.key ParentId $neu DisplayName "Kind/mit &Zeichen" Type 12 }
phone gets FolderCreate { Status 1 SyncKey * ServerId $kind } or FolderCreate { Status 10 } or FolderCreate { Status 6 }
phone send FolderUpdate { SyncKey $folders.key ServerId $INBOX ParentId 0 DisplayName Eingang }
phone gets FolderUpdate { Status 2 } or FolderUpdate { Status 3 }
phone send FolderUpdate { SyncKey $folders.key ServerId 99999 ParentId 0 DisplayName x }
phone gets FolderUpdate { Status 4 }
phone send FolderUpdate { SyncKey $folders.key ServerId $neu ParentId 0 DisplayName Neuer }
phone gets FolderUpdate { Status 1 SyncKey * }
phone send FolderDelete { SyncKey $folders.key ServerId $INBOX }
phone gets FolderDelete { Status 3 }
phone send FolderDelete { SyncKey $folders.key ServerId 99999 }
phone gets FolderDelete { Status 4 }
phone send FolderDelete { SyncKey $folders.key ServerId $neu }
phone gets FolderDelete { Status 1 SyncKey * }
# a lost answer: the same again from the previous key is no error that resets the phone
phone folders
phone loses FolderCreate { SyncKey $folders.key ParentId 0 DisplayName Verloren Type 12 }
phone send FolderCreate { SyncKey $folders.key ParentId 0 DisplayName Verloren Type 12 }
phone gets FolderCreate { Status 1 SyncKey * ServerId * } or FolderCreate { Status 2 } or FolderCreate { Status 9 }
phone folders anew
phone has folder Verloren type 12
