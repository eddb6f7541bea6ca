/* SPDX-License-Identifier: ISC */
/* The one list of faults, told in words.  All processes. */
#include "bridge/fault.h"

static const struct {
	const char *name, *text;
	enum fault_scope scope;
} faults[N_FAULTS] = {
#define FAULT_ROW(fault, scope, text) [fault] = { #fault, text, SCOPE_##scope },
	FAULT_LIST(FAULT_ROW)
#undef FAULT_ROW
};

static enum fault
fault_known(enum fault fault)
{
	return (unsigned)fault < N_FAULTS ? fault : BUG;
}

enum fault_scope
fault_scope(enum fault fault)
{
	return faults[fault_known(fault)].scope;
}

const char *
fault_name(enum fault fault)
{
	return faults[fault_known(fault)].name;
}

const char *
fault_text(enum fault fault)
{
	return faults[fault_known(fault)].text;
}
