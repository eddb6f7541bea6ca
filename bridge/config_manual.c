/* SPDX-License-Identifier: ISC */
/*
 * The list of settings in easbridge.conf(5), out of config.def: mdoc lists with
 * each setting's help, limits and default.  A test compares it with the page.
 */
#include "bridge/config_value.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS = 78 };

/* A word, in which nothing is left that mdoc would take for its own. */
static void
word_print(const char *word, size_t len)
{
	if (word[0] == '.' || word[0] == '\'')
		fputs("\\&", stdout);
	for (size_t i = 0; i < len; i++) {
		if (word[i] == '\\')
			fputs("\\e", stdout);
		else
			putchar(word[i]);
	}
}

/* Filled lines; each sentence begins one, as mdoc wants it. */
static void
text_print(const char *text)
{
	size_t column = 0;
	bool ends = false;

	while (*text != '\0') {
		size_t len = strcspn(text, " ");

		if (column > 0 && (ends || column + 1 + len > COLUMNS)) {
			putchar('\n');
			column = 0;
		}
		if (column > 0)
			putchar(' ');
		word_print(text, len);
		column += len + 1;
		ends = len > 0 && text[len - 1] == '.';
		text += len;
		text += strspn(text, " ");
	}
	putchar('\n');
}

/* 67108864 is easier to read as 64M. */
static void
size_print(int64_t bytes)
{
	static const char units[] = "\0KMG";
	unsigned unit = 0;

	while (unit < 3 && bytes > 0 && bytes % 1024 == 0) {
		bytes /= 1024;
		unit++;
	}
	printf("%lld", (long long)bytes);
	if (unit > 0)
		putchar(units[unit]);
}

static const char *
kind_word(enum config_kind kind)
{
	static const char *const words[] = {
		[CONFIG_STRING] = "text",
		[CONFIG_INT] = "number",
		[CONFIG_SIZE] = "size",
		[CONFIG_BOOL] = "yes | no",
		[CONFIG_URL] = "URL",
		[CONFIG_LISTEN] = "address",
		[CONFIG_NETS] = "networks",
	};

	return words[kind];
}

static void
row_print(const struct config_row *row)
{
	printf(".It Ic %s No = Ar %s\n", row->name, kind_word(row->kind));
	text_print(row->help);
	if (row->kind == CONFIG_INT) {
		printf("From %lld to %lld.\n", (long long)row->min, (long long)row->max);
	} else if (row->kind == CONFIG_SIZE) {
		fputs("From ", stdout);
		size_print(row->min);
		fputs(" to ", stdout);
		size_print(row->max);
		puts(".");
	}
	if (row->text[0] != '\0') {
		puts("Default:");
		fputs(".Ql ", stdout);
		word_print(row->text, strlen(row->text));
		puts(" .");
	}
}

static void
rows_print(const char *title, const struct config_rows *rows)
{
	printf(".Ss %s\n.Bl -tag -width Ds\n", title);
	for (unsigned i = 0; i < rows->n; i++)
		row_print(&rows->list[i]);
	puts(".El");
}

void
config_print_manual(void)
{
	rows_print("Of the server", &config_server_rows);
	rows_print("Of a domain", &config_domain_rows);
}
