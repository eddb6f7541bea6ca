# R46: 451 comes with X-MS-Location or not at all (the checker refuses it otherwise); this server
# has nowhere else to send a phone, so an odd path or host is a plain error.
phone as tbsync
phone options path /Microsoft-Server-ActiveSync/elsewhere
phone gets http 404
phone options path /other
phone gets http 404
phone options path /microsoft-server-activesync
phone gets http 200
phone options header "Host: other.example"
phone gets http 200
