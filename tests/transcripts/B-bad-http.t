# Malformed HTTP: 400, 404, 405 or 501, 413; the server lives on.
phone as plain
phone raw "GET /Microsoft-Server-ActiveSync HTTP/1.1\r\nHost: localhost\r\n\r\n"
phone gets http 401 or http 405 or http 501
phone raw "NONSENSE\r\n\r\n"
phone gets http 400
phone raw "POST /Microsoft-Server-ActiveSync?Cmd=Sync HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
phone gets http 400
phone raw "POST /Microsoft-Server-ActiveSync?Cmd=Sync HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"
phone gets http 400
phone raw "POST /Microsoft-Server-ActiveSync?Cmd=Sync HTTP/3.0\r\nHost: x\r\n\r\n"
phone gets http 505 or http 400
phone raw "POST /Microsoft-Server-ActiveSync?Cmd=Sync HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"
phone gets http 413 or http 401
# queries
phone send nothing rawquery "Cmd=Nonsense&User=$user&DeviceId=d1&DeviceType=T" header "MS-ASProtocolVersion: 14.1" body ""
phone gets http 400 or http 501 or anything
phone send nothing rawquery "Cmd=FolderSync&User=$user&DeviceType=T" header "MS-ASProtocolVersion: 14.1" \
	hex x"03 01 6A 00 00 07 56 52 03 30 00 01 01"
phone gets anything
phone showed http 400 or FolderSync { Status 108 }
phone send nothing rawquery "!!!not-base64!!!" hex x"03 01 6A 00 00 07 56 52 03 30 00 01 01"
phone gets http 400
phone send nothing rawquery "jAkJBAp2MTQw" hex x"03 01 6A 00 00 07 56 52 03 30 00 01 01"
phone gets http 400
phone send nothing rawquery "" hex x"03 01 6A 00"
phone gets http 400
# chunked bodies, Expect
phone send FolderSync chunked { SyncKey 0 }
phone gets FolderSync { Status 1 }
phone send FolderSync expect { SyncKey $folders.key }
phone gets FolderSync { Status 1 }
