# R50: the device id "validate" is served and nothing of it is kept.
deliver alice plain.eml
phone as aosp device validate
phone options query "Cmd=OPTIONS&User=$user&DeviceId=validate&DeviceType=Android"
phone gets http 200
phone send FolderSync { SyncKey 0 }
phone gets FolderSync { Status 1 SyncKey * }
phone send Settings { DeviceInformation { Set { Model x } } }
phone gets Settings { Status 1 DeviceInformation { Status 1 } }
wait 300ms
check "! cat '$FARM'/bridge/state/* | grep -a -q '$user.*validate'"
