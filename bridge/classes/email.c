/* SPDX-License-Identifier: ISC */
/*
 * Class Email ([MS-ASEMAIL] 2.2.2), with Flag and MeetingRequest.  The order of
 * the rows is Exchange's.  Worker.
 */
#include "bridge/classes/row.h"

#define F(token, member, since, until) FIELD(struct flag, token, member, since, until)
#define F_PHONE(token, member) \
	FIELD_F(struct flag, token, member, EAS_12_0, EAS_ANY, ROW_FROM_PHONE)

/* Status stands first in what phones read. */
static const struct class_row flag_rows[] = {
	F_PHONE(Email_Status, status),
	F_PHONE(Email_FlagType, flag_type),
	F_PHONE(Tasks_Subject, subject),
	F_PHONE(Email_CompleteTime, complete_time),
	F_PHONE(Tasks_DateCompleted, date_completed),
	F_PHONE(Tasks_StartDate, start_date),
	F_PHONE(Tasks_DueDate, due_date),
	F_PHONE(Tasks_UtcStartDate, utc_start_date),
	F_PHONE(Tasks_UtcDueDate, utc_due_date),
	F_PHONE(Tasks_ReminderSet, reminder_set),
	F_PHONE(Tasks_ReminderTime, reminder_time),
	F_PHONE(Tasks_OrdinalDate, ordinal_date),
	F_PHONE(Tasks_SubOrdinalDate, sub_ordinal_date),
};

#define TABLE(rows) { rows, sizeof(rows) / sizeof((rows)[0]) }

static const struct class_table flag_table = TABLE(flag_rows);

enum { FLAG_CLEARED = 0, FLAG_COMPLETE = 1, FLAG_ACTIVE = 2 };

static void
flag_write(struct writer *writer, const void *member, const struct class_view *view)
{
	const struct flag *flag = member;

	writer_open_always(writer, Email_Flag);
	if (flag->status != FLAG_CLEARED)
		rows_write(writer, &flag_table, flag, view);
	writer_close(writer);
}

/* [MS-ASEMAIL] 2.2.2.34: empty or Status 0 clears; no other status than these, and nothing is
 * due before it starts. */
static bool
flag_read(struct reader *reader, struct arena *arena, void *member)
{
	struct flag *flag = member;

	reader_into(reader);
	if (!rows_read(reader, arena, &flag_table, flag) || flag->status > FLAG_ACTIVE)
		return false;
	if (flag->has.start_date && flag->has.due_date && flag->due_date < flag->start_date)
		return false;
	return !(flag->has.utc_start_date && flag->has.utc_due_date &&
	    flag->utc_due_date < flag->utc_start_date);
}

static const struct custom flag_custom = { flag_write, flag_read };

/* --- MeetingRequest --- */

#define R(token, member, since) FIELD(struct recurrence, token, member, since, EAS_ANY)

static const struct class_row recurrence_rows[] = {
	R(Email_Type, type, EAS_2_5),
	R(Email_Interval, interval, EAS_2_5),
	COMPACT(struct recurrence, Email_Until, until, EAS_2_5, EAS_ANY),
	R(Email_Occurrences, occurrences, EAS_2_5),
	R(Email_WeekOfMonth, week_of_month, EAS_2_5),
	R(Email_DayOfMonth, day_of_month, EAS_2_5),
	R(Email_DayOfWeek, day_of_week, EAS_2_5),
	R(Email_MonthOfYear, month_of_year, EAS_2_5),
	R(Email2_CalendarType, calendar_type, EAS_14_0),
	R(Email2_IsLeapMonth, is_leap_month, EAS_14_0),
	R(Email2_FirstDayOfWeek, first_day_of_week, EAS_14_1),
};

static const struct class_table recurrence_table = TABLE(recurrence_rows);

static void
recurrence_write(struct writer *writer, const void *member, const struct class_view *view)
{
	writer_open(writer, Email_Recurrences);
	writer_open(writer, Email_Recurrence);
	rows_write(writer, &recurrence_table, member, view);
	writer_close(writer);
	writer_close(writer);
}

static const struct custom recurrence_custom = { recurrence_write, NULL };

#define M(token, member, since, until) \
	FIELD(struct meeting_request, token, member, since, until)

static const struct class_row meeting_rows[] = {
	M(Email_AllDayEvent, all_day, EAS_2_5, EAS_ANY),
	M(Email_StartTime, start, EAS_2_5, EAS_ANY),
	M(Email_DtStamp, stamp, EAS_2_5, EAS_ANY),
	M(Email_EndTime, end, EAS_2_5, EAS_ANY),
	M(Email_InstanceType, instance_type, EAS_2_5, EAS_ANY),
	M(Email_Location, location, EAS_2_5, EAS_14_1),
	M(Email_Organizer, organizer, EAS_2_5, EAS_ANY),
	M(Email_RecurrenceId, recurrence_id, EAS_2_5, EAS_ANY),
	M(Email_Reminder, reminder, EAS_2_5, EAS_ANY),
	M(Email_ResponseRequested, response_requested, EAS_2_5, EAS_ANY),
	CUSTOM(struct meeting_request, Email_Recurrences, recurrence, &recurrence_custom, EAS_2_5,
	    EAS_ANY, 0),
	M(Email_Sensitivity, sensitivity, EAS_2_5, EAS_ANY),
	M(Email_BusyStatus, busy_status, EAS_2_5, EAS_ANY),
	BASE64(struct meeting_request, Email_TimeZone, time_zone, EAS_2_5, EAS_ANY),
	BASE64(struct meeting_request, Email_GlobalObjId, global_object_id, EAS_2_5, EAS_14_1),
	M(Calendar_UID, uid, EAS_16_0, EAS_ANY),
	M(Email_DisallowNewTimeProposal, disallow_new_time, EAS_14_0, EAS_ANY),
	M(Email2_MeetingMessageType, message_type, EAS_14_1, EAS_ANY),
};

static const struct class_table meeting_table = TABLE(meeting_rows);

static void
meeting_write(struct writer *writer, const void *member, const struct class_view *view)
{
	const struct meeting_request *meeting = *(struct meeting_request *const *)member;

	writer_open(writer, Email_MeetingRequest);
	rows_write(writer, &meeting_table, meeting, view);
	writer_close(writer);
}

static const struct custom meeting_custom = { meeting_write, NULL };

/* --- the class --- */

#define E(token, member, since, until) FIELD(struct email, token, member, since, until)

static const struct class_row email_rows[] = {
	E(Email_To, to, EAS_2_5, EAS_ANY),
	E(Email_Cc, cc, EAS_2_5, EAS_ANY),
	E(Email2_Bcc, bcc, EAS_16_0, EAS_ANY),
	E(Email_From, from, EAS_2_5, EAS_ANY),
	E(Email_ReplyTo, reply_to, EAS_2_5, EAS_ANY),
	E(Email_Subject, subject, EAS_2_5, EAS_ANY),
	E(Email_DateReceived, date_received, EAS_2_5, EAS_ANY),
	E(Email_DisplayTo, display_to, EAS_2_5, EAS_ANY),
	E(Email_ThreadTopic, thread_topic, EAS_2_5, EAS_ANY),
	E(Email_Importance, importance, EAS_2_5, EAS_ANY),
	FIELD_F(struct email, Email_Read, read, EAS_2_5, EAS_ANY, ROW_FROM_PHONE),
	CUSTOM(struct email, Email_Attachments, attachments, &old_attachments_custom, EAS_2_5,
	    EAS_2_5, 0),
	CUSTOM(struct email, AirSyncBase_Attachments, attachments, &attachments_custom, EAS_12_0,
	    EAS_ANY, 0),
	CUSTOM(struct email, Email_Body, body, &old_body_custom, EAS_2_5, EAS_2_5, 0),
	CUSTOM(struct email, AirSyncBase_Body, body, &body_custom, EAS_12_0, EAS_ANY, 0),
	E(Email_MessageClass, message_class, EAS_2_5, EAS_ANY),
	CUSTOM(struct email, Email_MeetingRequest, meeting, &meeting_custom, EAS_2_5, EAS_ANY, 0),
	E(Email_InternetCPID, internet_cpid, EAS_2_5, EAS_ANY),
	CUSTOM(struct email, Email_Flag, flag, &flag_custom, EAS_12_0, EAS_ANY, ROW_FROM_PHONE),
	E(Email_ContentClass, content_class, EAS_12_0, EAS_ANY),
	E(AirSyncBase_NativeBodyType, native_body_type, EAS_12_0, EAS_ANY),
	E(Email2_ConversationId, conversation_id, EAS_14_0, EAS_ANY),
	E(Email2_ConversationIndex, conversation_index, EAS_14_0, EAS_ANY),
	E(Email2_LastVerbExecuted, last_verb, EAS_14_0, EAS_ANY),
	E(Email2_LastVerbExecutionTime, last_verb_time, EAS_14_0, EAS_ANY),
	E(Email2_ReceivedAsBcc, received_as_bcc, EAS_14_0, EAS_ANY),
	E(Email2_Sender, sender, EAS_14_0, EAS_ANY),
	LISTOF(struct email, Email_Categories, categories, Email_Category, EAS_14_0, EAS_ANY,
	    ROW_FROM_PHONE),
	E(Email2_IsDraft, is_draft, EAS_16_0, EAS_ANY),
};

const struct class_table email_table = TABLE(email_rows);
