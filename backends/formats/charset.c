/* SPDX-License-Identifier: ISC */
/*
 * Three ways: UTF-8 is checked and cleaned in place of iconv; windows-1252, which also stands for
 * ASCII and ISO-8859-1, goes through a table (it is most of what is not UTF-8, and iconv_open is
 * slow); everything else through iconv and then the cleaner.
 */
#include "backends/formats/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"

enum {
	NAME_MAX_LEN = 64,
	SNIFF = 4096,
};

/* Names seen in mail and what is really meant.  NULL: not to be believed. */
static const struct {
	const char *seen, *meant;
} aliases[] = {
	{ "utf8", "utf-8" },
	{ "utf-8", "utf-8" },
	{ "unicode-1-1-utf-8", "utf-8" },
	{ "utf-8mb4", "utf-8" },
	{ "us-ascii", NULL },
	{ "ascii", NULL },
	{ "ansi_x3.4-1968", NULL },
	{ "646", NULL },
	{ "unknown", NULL },
	{ "unknown-8bit", NULL },
	{ "x-unknown", NULL },
	{ "default", NULL },
	{ "default_charset", NULL },
	{ "user-defined", NULL },
	{ "x-user-defined", NULL },
	{ "8bit", NULL },
	{ "7bit", NULL },
	{ "none", NULL },
	{ "_autodetect", NULL },
	{ "iso-8859-1", "windows-1252" },
	{ "iso8859-1", "windows-1252" },
	{ "iso_8859-1", "windows-1252" },
	{ "latin1", "windows-1252" },
	{ "latin-1", "windows-1252" },
	{ "l1", "windows-1252" },
	{ "cp1252", "windows-1252" },
	{ "cp-1252", "windows-1252" },
	{ "windows1252", "windows-1252" },
	{ "windows-1252", "windows-1252" },
	{ "windows-1252http-equivcontent-type", "windows-1252" },
	{ "ansi", "windows-1252" },
	{ "iso-8859-9", "CP1254" },
	{ "iso-8859-11", "CP874" },
	{ "tis-620", "CP874" },
	{ "windows-874", "CP874" },
	{ "iso-8859-8-i", "ISO-8859-8" },
	{ "iso-8859-8-e", "ISO-8859-8" },
	{ "iso-8859-6-i", "ISO-8859-6" },
	{ "gb2312", "GB18030" },
	{ "gb_2312-80", "GB18030" },
	{ "gbk", "GB18030" },
	{ "x-gbk", "GB18030" },
	{ "cp936", "GB18030" },
	{ "euc-cn", "GB18030" },
	{ "chinesesimplified", "GB18030" },
	{ "big5", "BIG5-HKSCS" },
	{ "x-x-big5", "BIG5-HKSCS" },
	{ "cn-big5", "BIG5-HKSCS" },
	{ "cp950", "BIG5-HKSCS" },
	{ "ks_c_5601-1987", "CP949" },
	{ "ksc5601", "CP949" },
	{ "euc-kr", "CP949" },
	{ "windows-949", "CP949" },
	{ "shift_jis", "CP932" },
	{ "shift-jis", "CP932" },
	{ "sjis", "CP932" },
	{ "x-sjis", "CP932" },
	{ "windows-31j", "CP932" },
	{ "iso-2022-jp", "ISO-2022-JP-3" },
	{ "iso-2022-jp-1", "ISO-2022-JP-3" },
	{ "iso-2022-jp-ms", "ISO-2022-JP-3" },
	{ "x-mac-roman", "MACINTOSH" },
	{ "macroman", "MACINTOSH" },
	{ "mac", "MACINTOSH" },
	{ "x-mac-cyrillic", "MAC-CYRILLIC" },
	{ "koi8", "KOI8-R" },
	{ "unicode-1-1-utf-7", "UTF-7" },
	{ "utf7", "UTF-7" },
	{ "unicode", "UTF-16" },
	{ "cp-850", "CP850" },
};

/* windows-1252, bytes 0x80 to 0x9f; the five holes as in browsers. */
static const uint16_t high_1252[32] = {
	0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f,
	0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178,
};

/* Lower case, without blanks and quotes around; the charset's language mark cut. */
static void
name_normalise(const char *declared, char ret_name[NAME_MAX_LEN])
{
	size_t n = 0;

	for (; *declared != '\0' && *declared != '*' && n < NAME_MAX_LEN - 1; declared++) {
		char c = *declared;

		if (c <= ' ' || c == '"' || c == '\'' || c == ';' || (uint8_t)c > 126)
			continue;
		ret_name[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	ret_name[n] = '\0';
}

/* What iconv shall be asked for; NULL: guess. */
static const char *
name_resolve(const char *declared, char name[NAME_MAX_LEN])
{
	if (declared == NULL)
		return NULL;
	name_normalise(declared, name);
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcmp(name, aliases[i].seen) == 0)
			return aliases[i].meant;
	if (strncmp(name, "x-windows-", 10) == 0 || strncmp(name, "x-cp", 4) == 0 ||
	    strncmp(name, "x-iso-", 6) == 0)
		return name + 2;
	/* a slash would give iconv options */
	return name[0] == '\0' || strchr(name, '/') != NULL ? NULL : name;
}

static bool
is_ascii(const uint8_t *data, size_t n)
{
	uint8_t all = 0;

	for (size_t i = 0; i < n; i++)
		all |= data[i];
	return all < 0x80;
}

/* Bytes of the character at data; 0: broken; more than n: cut. */
static size_t
utf8_length(const uint8_t *data, size_t n)
{
	size_t want = data[0] < 0x80 ? 1 : data[0] >= 0xf0 ? 4 : data[0] >= 0xe0 ? 3 : 2;
	size_t have = want < n ? want : n;

	if (data[0] >= 0x80 && (data[0] < 0xc2 || data[0] > 0xf4))
		return 0;
	for (size_t i = 1; i < have; i++)
		if ((data[i] & 0xc0) != 0x80)
			return 0;
	if (have > 1 && ((data[0] == 0xe0 && data[1] < 0xa0) ||
	    (data[0] == 0xed && data[1] > 0x9f) || (data[0] == 0xf0 && data[1] < 0x90) ||
	    (data[0] == 0xf4 && data[1] > 0x8f)))
		return 0;
	return want;
}

bool
charset_is_utf8(const void *data, size_t n)
{
	const uint8_t *bytes = data;
	bool has_whole = false; /* "caf\xe9" is no cut UTF-8: nothing else in it is UTF-8 either */

	for (size_t i = 0; i < n;) {
		size_t length;

		if (bytes[i] < 0x80) {
			i++;
			continue;
		}
		length = utf8_length(bytes + i, n - i);
		if (length == 0 || (length > n - i && !has_whole))
			return false;
		has_whole = true;
		i += length;
	}
	return true;
}

static bool
has_c1(const uint8_t *data, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (data[i] >= 0x80 && data[i] < 0xa0)
			return true;
	return false;
}

/* Legal in XML 1.0; data is one whole valid character. */
static bool
is_legal(const uint8_t *data, size_t n)
{
	if (n == 1)
		return (data[0] >= 32 && data[0] != 127) || data[0] == '\t' || data[0] == '\n' ||
		    data[0] == '\r';
	if (n == 2) /* C1 controls: legal, and harmful to phones */
		return data[0] != 0xc2 || data[1] >= 0xa0;
	return n != 3 || data[0] != 0xef || data[1] != 0xbf || data[2] < 0xbe;
}

bool
charset_put_clean(const void *data, size_t n, struct buf *out)
{
	const uint8_t *at = data;
	size_t plain = 0, i = 0;

	while (i < n) {
		size_t length;

		if (at[i] >= 32 && at[i] < 127) {
			i++;
			continue;
		}
		length = utf8_length(at + i, n - i);
		if (length > 0 && length <= n - i && is_legal(at + i, length)) {
			i += length;
			continue;
		}
		buf_put(out, at + plain, i - plain);
		if (length == 0)
			buf_put(out, "\xef\xbf\xbd", 3);
		i += length == 0 ? 1 : length;
		plain = i;
	}
	if (plain < n)
		buf_put(out, at + plain, n - plain);
	return !out->failed;
}

static size_t
put_code(uint8_t *at, unsigned code)
{
	if (code < 0x800) {
		at[0] = (uint8_t)(0xc0 | code >> 6);
		at[1] = (uint8_t)(0x80 | (code & 63));
		return 2;
	}
	at[0] = (uint8_t)(0xe0 | code >> 12);
	at[1] = (uint8_t)(0x80 | (code >> 6 & 63));
	at[2] = (uint8_t)(0x80 | (code & 63));
	return 3;
}

static bool
convert_1252(const uint8_t *data, size_t n, struct buf *out)
{
	size_t plain = 0;

	for (size_t i = 0; i < n; i++) {
		uint8_t text[4];
		size_t length = 0;
		uint8_t c = data[i];

		if (c >= 32 && c < 127)
			continue;
		if (c < 128 && is_legal(&c, 1))
			continue;
		buf_put(out, data + plain, i - plain);
		plain = i + 1;
		if (c >= 128)
			length = put_code(text, c < 160 ? high_1252[c - 128] : c);
		if (length > 0 && is_legal(text, length))
			buf_put(out, text, length);
	}
	if (plain < n)
		buf_put(out, data + plain, n - plain);
	return !out->failed;
}

/* Runs iconv over all of it; a broken byte becomes U+FFFD and is stepped over. */
static bool
run_iconv(iconv_t iconv_handle, const uint8_t *data, size_t n, struct buf *out)
{
	char *in = (char *)(uintptr_t)data; /* iconv(3) takes char ** but does not write */
	size_t left = n;
	uint8_t piece[4096];

	while (left > 0 && !out->failed) {
		char *to = (char *)piece;
		size_t room = sizeof(piece);
		size_t done = iconv(iconv_handle, &in, &left, &to, &room);
		int why = errno;

		charset_put_clean(piece, sizeof(piece) - room, out);
		if (done != (size_t)-1 || why == EINVAL)
			break; /* all done, or a character cut at the end */
		if (why == EILSEQ && left > 0) {
			buf_put(out, "\xef\xbf\xbd", 3);
			in++;
			left--;
		}
	}
	return !out->failed;
}

static bool
convert_iconv(const char *name, const uint8_t *data, size_t n, struct buf *out)
{
	iconv_t handle = iconv_open("UTF-8", name);
	bool is_good;

	if (handle == (iconv_t)-1 && strcmp(name, "ISO-2022-JP-3") == 0)
		handle = iconv_open("UTF-8", "ISO-2022-JP");
	if (handle == (iconv_t)-1 && charset_is_utf8(data, n))
		return charset_put_clean(data, n, out);
	if (handle == (iconv_t)-1)
		return convert_1252(data, n, out);
	is_good = run_iconv(handle, data, n, out);
	iconv_close(handle);
	return is_good;
}

/* Nothing trustworthy is declared. */
static bool
convert_guess(const uint8_t *data, size_t n, struct buf *out)
{
	static const char to_japanese[] = "\033$";

	if (is_ascii(data, n) && memmem(data, n, to_japanese, 2) != NULL)
		return convert_iconv("ISO-2022-JP-3", data, n, out);
	if (n >= 2 && ((data[0] == 0xff && data[1] == 0xfe) ||
	    (data[0] == 0xfe && data[1] == 0xff)))
		return convert_iconv("UTF-16", data, n, out);
	return charset_is_utf8(data, n) ? charset_put_clean(data, n, out) :
	    convert_1252(data, n, out);
}

/* Declared UTF-8: broken places become U+FFFD, unless nothing in it is UTF-8 at all. */
static bool
convert_utf8(const uint8_t *data, size_t n, struct buf *out)
{
	bool has_broken = false;

	for (size_t i = 0; i < n;) {
		size_t length = utf8_length(data + i, n - i);

		if (length > 1 && length <= n - i)
			return charset_put_clean(data, n, out);
		has_broken |= length == 0;
		i += length == 0 ? 1 : length;
	}
	return has_broken ? convert_1252(data, n, out) : charset_put_clean(data, n, out);
}

bool
charset_convert(const char *declared, const void *data, size_t n, struct buf *out)
{
	char buffer[NAME_MAX_LEN];
	const char *name = name_resolve(declared, buffer);
	const uint8_t *at = data;

	if (n == 0)
		return !out->failed;
	if (n >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0) { /* a mark of UTF-8 settles it */
		at += 3;
		n -= 3;
		name = "utf-8";
	}
	if (name == NULL)
		return convert_guess(at, n, out);
	if (strcmp(name, "utf-8") == 0)
		return convert_utf8(at, n, out);
	/* C1 controls are in no ISO-8859-1 text: then valid UTF-8 is UTF-8 with a wrong label */
	if (strcmp(name, "windows-1252") == 0)
		return has_c1(at, n) && charset_is_utf8(at, n) ? charset_put_clean(at, n, out) :
		    convert_1252(at, n, out);
	return convert_iconv(name, at, n, out);
}

char *
charset_string(struct arena *arena, const char *declared, const void *data, size_t n)
{
	struct buf out;
	char *text;

	buf_init(&out, n * 4 + 16);
	charset_convert(declared, data, n, &out);
	text = arena_strndup(arena, buf_str(&out), out.len);
	buf_free(&out);
	return text;
}

static bool
is_name_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' ||
	    c == '_' || c == '.' || c == ':';
}

char *
charset_of_html(struct arena *arena, const void *data, size_t n)
{
	const char *at = data;
	const char *end = at + (n < SNIFF ? n : SNIFF);

	for (; end - at > 9; at++) {
		const char *value, *stop;

		if (strncasecmp(at, "charset=", 8) == 0)
			value = at + 8;
		else if (strncasecmp(at, "encoding=", 9) == 0)
			value = at + 9;
		else
			continue;
		while (value < end && (*value == '"' || *value == '\'' || *value == ' '))
			value++;
		for (stop = value; stop < end && is_name_char(*stop);)
			stop++;
		/* a meta that can be read as ASCII does not stand in UTF-16 */
		if (stop > value && strncasecmp(value, "utf-16", 6) != 0)
			return arena_strndup(arena, value, (size_t)(stop - value));
	}
	return NULL;
}
