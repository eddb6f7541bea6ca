# A request body above the limit: 413, whatever way its length is told.
check "head -c 60000000 /dev/zero >'$FARM/large-$run'"
phone as ios
phone send SendMail file $FARM/large-$run
phone gets http 413
phone send SendMail chunked file $FARM/large-$run
phone gets http 413
check "rm -f '$FARM/large-$run'"
phone folders
