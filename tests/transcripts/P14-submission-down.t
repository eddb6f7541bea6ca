# The submission server is away, refuses after DATA, or wants a certificate we do not trust.
phone as ios user u1@nosmtp.test
phone folders
phone send SendMail { ClientId "a-$run" SaveInSentItems~ Mime opaque "To: down-$run@example.net\r\nSubject: x\r\n\r\nx\r\n" }
phone gets SendMail { Status 120 } or SendMail { Status 111 } or SendMail { Status 114 } or http 503
imap u1@nosmtp.test does "SELECT Sent"
imap said "* 0 EXISTS*"
phone other as ios user u1@refusing.test
other folders
other send SendMail { ClientId "b-$run" SaveInSentItems~ Mime opaque "To: refused-$run@example.net\r\nSubject: x\r\n\r\nx\r\n" }
other gets SendMail { Status 120 }
imap u1@refusing.test does "SELECT Sent"
imap said "* 0 EXISTS*"
