# MoveItems: the true new id, one answer for each, and what may fail.
# variants: full poor cyrus
deliver alice plain.eml alternative.eml
phone as ios
phone folders
phone sync INBOX until quiet
phone sync Archive until quiet
phone knows m1 as item "Plain text" in INBOX
phone knows m2 as item "Text and HTML" in INBOX
phone send MoveItems { Move { SrcMsgId $m1 SrcFldId $INBOX DstFldId $Archive }
	Move { SrcMsgId $m2 SrcFldId $INBOX DstFldId $Archive }
	Move { SrcMsgId nonsense SrcFldId $INBOX DstFldId $Archive }
	Move { SrcMsgId $m2 SrcFldId 99999 DstFldId $Archive }
	Move { SrcMsgId $m2 SrcFldId $INBOX DstFldId 99999 }
	Move { SrcMsgId $m2 SrcFldId $INBOX DstFldId $INBOX } }
phone gets MoveItems { Response { SrcMsgId $m1 Status 3 DstMsgId $d1 } Response { SrcMsgId $m2 Status 3 DstMsgId $d2 }
	Response { SrcMsgId nonsense Status 1 } Response { Status 1 } Response { Status 2 } Response { Status 4 } }
phone sync Archive until quiet
phone sync INBOX until quiet
phone has 2 items in Archive
phone has 0 items in INBOX
phone knows a1 as item "Plain text" in Archive
phone knows a2 as item "Text and HTML" in Archive
check "test '$a1$a2' = '$d1$d2'"
