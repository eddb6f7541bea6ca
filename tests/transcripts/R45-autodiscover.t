# R45: autodiscover in any letter case, by GET or POST, with or without a body: MobileSync with Type
# before Url; JSON for ActiveSync.
skip unless AUTODISCOVER
phone as aosp
phone send nothing path /autodiscover/autodiscover.xml type text/xml body "<?xml version=\"1.0\"?><Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/mobilesync/requestschema/2006\"><Request><EMailAddress>$user</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006</AcceptableResponseSchema></Request></Autodiscover>"
phone gets http 200 body contains "<Type>MobileSync</Type>"
phone send nothing path /Autodiscover/Autodiscover.xml method GET
phone gets http 200 body contains "<Type>MobileSync</Type>"
