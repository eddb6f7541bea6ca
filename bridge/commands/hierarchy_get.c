/* SPDX-License-Identifier: ISC */
/* GetHierarchy, up to 12.1: the mail folders, without keys or state.  Worker. */
#include "bridge/command.h"
#include "bridge/request.h"
#include "bridge/response.h"
#include "bridge/sync/hierarchy.h"

enum fault
get_hierarchy_run(struct request *request, struct response *response)
{
	struct writer *writer = &response->writer;
	const struct collection *list;
	unsigned n;
	enum fault fault = hierarchy_list(request, HIERARCHY_FRESH_S, &list, &n);

	if (fault != OK)
		return fault;
	writer_open(writer, FolderHierarchy_Folders);
	for (unsigned i = 0; i < n; i++) {
		if (list[i].class != CLASS_EMAIL)
			continue;
		writer_open(writer, FolderHierarchy_Folder);
		writer_text(writer, FolderHierarchy_DisplayName, list[i].display_name);
		writer_text(writer, FolderHierarchy_ServerId, list[i].server_id);
		/* only types 1 to 6 are known here */
		writer_int(writer, FolderHierarchy_Type,
		    list[i].type <= FOLDER_OUTBOX ? list[i].type : FOLDER_GENERIC);
		writer_text(writer, FolderHierarchy_ParentId, list[i].parent_id);
		writer_close(writer);
	}
	writer_close(writer);
	request->log.status = 1;
	return OK;
}
