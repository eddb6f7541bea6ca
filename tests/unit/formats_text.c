/* SPDX-License-Identifier: ISC */
/* The small converters of backends/formats, a table each, and their time on hostile input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "backends/formats/address.h"
#include "backends/formats/charset.h"
#include "backends/formats/flowed.h"
#include "backends/formats/headers.h"
#include "backends/formats/html.h"
#include "backends/formats/keywords.h"
#include "backends/formats/params.h"
#include "backends/formats/subject.h"
#include "backends/formats/transfer.h"
#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"
#include "bridge/base/date.h"

enum { MANY = 256 * 1024, SLOW_MS = 3000 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
test_transfer(void **state)
{
	static const struct {
		enum transfer_kind kind;
		const char *in, *want;
	} cases[] = {
		{ TRANSFER_BASE64, "SGVsbG8=", "Hello" },
		{ TRANSFER_BASE64, "SGVs\r\nbG8", "Hello" },
		{ TRANSFER_BASE64, "S G*V!s\tbG8=", "Hello" },
		{ TRANSFER_BASE64, "SGVsbG8=SGVsbG8=", "HelloHello" },
		{ TRANSFER_BASE64, "SGVs_-bG8=", "Hello" },
		{ TRANSFER_BASE64, "", "" },
		{ TRANSFER_QP, "a=3Db", "a=b" },
		{ TRANSFER_QP, "a=3db", "a=b" },
		{ TRANSFER_QP, "soft=\r\nbreak", "softbreak" },
		{ TRANSFER_QP, "soft=\nbreak", "softbreak" },
		{ TRANSFER_QP, "soft= \t \r\nbreak", "softbreak" },
		{ TRANSFER_QP, "trailing  \r\nx", "trailing\r\nx" },
		{ TRANSFER_QP, "inner  x", "inner  x" },
		{ TRANSFER_QP, "bad=zz", "bad=zz" },
		{ TRANSFER_QP, "bad=4z", "bad=4z" },
		{ TRANSFER_QP, "bad=4\r\nx", "bad=4\r\nx" },
		{ TRANSFER_QP, "end=", "end" },
		{ TRANSFER_QP, "end=4", "end=4" },
		{ TRANSFER_QP, "==41", "=A" },
		{ TRANSFER_UU, "begin 644 x\n+:&5L;&\\@=V]R;&0`\n`\nend\n", "hello world" },
		{ TRANSFER_IDENTITY, "as it is=3D", "as it is=3D" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t piece = 1; piece < 8; piece++) { /* cut anywhere, same result */
			struct transfer_decoder decoder;
			size_t n = strlen(cases[i].in);
			struct buf out;

			buf_init(&out, 10000);
			transfer_init(&decoder, cases[i].kind);
			for (size_t at = 0; at < n; at += piece)
				assert_true(transfer_feed(&decoder, cases[i].in + at,
				    n - at < piece ? n - at : piece, &out));
			transfer_finish(&decoder, &out);
			assert_string_equal(buf_str(&out), cases[i].want);
			buf_free(&out);
		}
}

static void
test_put_qp(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "plain", "plain" },
		{ "a=b", "a=3Db" },
		{ "\xc3\xa4", "=C3=A4" },
		{ "end \nnext", "end=20\r\nnext" },
		{ "From me\r\n.\r\nx.", "=46rom me\r\n=2E\r\nx." },
		{ "tab\tin\r\n", "tab\tin\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out;

		buf_init(&out, 10000);
		transfer_put_qp(&out, cases[i].in, strlen(cases[i].in));
		assert_string_equal(buf_str(&out), cases[i].want);
		buf_free(&out);
	}
}

static void
test_charset(void **state)
{
	static const struct {
		const char *charset, *in, *want;
	} cases[] = {
		{ NULL, "ascii", "ascii" },
		{ NULL, "\xc3\xa4", "\xc3\xa4" },
		{ NULL, "\xe4", "\xc3\xa4" },
		{ NULL, "\x80", "\xe2\x82\xac" },
		{ "us-ascii", "\xc3\xa4", "\xc3\xa4" },
		{ "\"UTF-8\"", "\xc3\xa4", "\xc3\xa4" },
		{ "utf-8", "\xc3\xa4 \xff", "\xc3\xa4 \xef\xbf\xbd" },
		{ "utf-8", "M\xfcller", "M\xc3\xbcller" },
		{ "iso-8859-1", "\x93q\x94", "\xe2\x80\x9cq\xe2\x80\x9d" },
		{ "ISO-8859-15", "\xa4", "\xe2\x82\xac" },
		{ "windows-1251", "\xcf", "\xd0\x9f" },
		{ "no-such-charset", "\xe4", "\xc3\xa4" },
		{ "no-such-charset", "\xc3\xa4", "\xc3\xa4" },
		{ "utf-8//TRANSLIT", "\xc3\xa4", "\xc3\xa4" },
		{ "gb2312", "\xc4\xe3", "\xe4\xbd\xa0" },
		{ "ks_c_5601-1987", "\xb0\xa1", "\xea\xb0\x80" },
		{ "shift_jis", "\x82\xa0", "\xe3\x81\x82" },
		{ "big5", "\xa7\x41", "\xe4\xbd\xa0" },
		{ "big5", "\xa7\x41\xff\x41", "\xe4\xbd\xa0\xef\xbf\xbd" "A" },
		{ "utf-7", "+AOQ-", "\xc3\xa4" },
		{ "utf-8", "\xef\xbb\xbf" "bom", "bom" },
		{ "utf-8", "cut \xe2\x82", "cut " },
		{ "utf-8", "a\x01\x1b\x7f\x62", "ab" },
		{ "utf-8", "\xc2\x85x", "x" },
		{ "utf-8", "\xed\xa0\x80\xc3\xa4", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xc3\xa4" },
		{ "utf-8", "\xef\xbf\xbex", "x" },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *got = charset_string(arena, cases[i].charset, cases[i].in,
		    strlen(cases[i].in));

		if (strcmp(got, cases[i].want) != 0)
			fail_msg("case %zu: got %s", i, got);
		assert_true(utf8_is_valid(got, strlen(got)));
	}
	arena_free(&arena);
}

static void
test_decode(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "plain", "plain" },
		{ "=?utf-8?Q?a_b=C3=A4?=", "a b\xc3\xa4" },
		{ "=?utf-8?q?a?= =?utf-8?q?b?=", "ab" },
		{ "=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c" },
		{ "=?utf-8?B?4oI=?= =?UTF-8?B?rA==?=", "\xe2\x82\xac" },
		{ "=?utf-8?B?4oI=?= =?UTF-8?Q?=AC?=", "\xe2\x82\xac" },
		{ "=?utf-8*en?Q?x?=", "x" },
		{ "x=?utf-8?Q?y?=z", "xyz" },
		{ "\"=?utf-8?Q?=C3=A4?=\"", "\"\xc3\xa4\"" },
		{ "=?utf-8?Q?with space?=", "with space" },
		{ "=?utf-8?X?no?=", "=?utf-8?X?no?=" },
		{ "=?utf-8?Q?open", "=?utf-8?Q?open" },
		{ "=?nonsense?Q?=E4?=", "\xc3\xa4" },
		{ "=??Q?x?=", "=??Q?x?=" },
		{ "=?=?=?=", "=?=?=?=" },
		{ "=?utf-8?Q?line=0D=0Abreak=09tab?=", "line  break tab" },
		{ "=?utf-8?Q?nul=00x?=", "nulx" },
		{ "M\xfcller", "M\xc3\xbcller" },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *got = header_decode(arena, cases[i].in, strlen(cases[i].in));

		assert_string_equal(got, cases[i].want);
	}
	arena_free(&arena);
}

static void
test_encode(void **state)
{
	static const char *const texts[] = { "plain", "\xc3\xa4", "=?not a word", "",
		"\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd"
		    "\xe4\xbd\xa0"
		"\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0"
		    "\xe5\xa5\xbd"
		"\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd end" };
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		for (size_t column = 0; column < 100; column += 9) {
			struct buf out;
			char *raw;

			buf_init(&out, 10000);
			assert_true(header_encode(&out, texts[i], column));
			for (size_t at = 0, start = 0; at < out.len; at++) {
				assert_true(i == 0 || at - start <= 77);
				start = out.data[at] == '\n' ? at + 1 : start;
			}
			raw = header_unfold(arena, buf_str(&out), out.len);
			assert_string_equal(header_decode(arena, raw, strlen(raw)), texts[i]);
			buf_free(&out);
		}
	arena_free(&arena);
}

static void
test_fields(void **state)
{
	static const char block[] = "From someone@x Mon Jan  1 00:00:00 2026\r\nFirst: one\r\n"
	    "FIRST: two\r\nFolded:\r\n a\r\n\tb\n c\nBlank : x  \r\n: empty name\r\nno colon\r\n"
	    "Last: z\r\n\r\nBody: no\r\n";
	static const struct {
		const char *name, *want;
	} cases[] = {
		{ "first", "one" }, { "Folded", "a b c" }, { "Blank", "x" }, { "Last", "z" },
		{ "Body", NULL }, { "From someone@x Mon Jan  1 00", NULL }, { "", NULL },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *got = header_raw(arena, block, strlen(block), cases[i].name);

		if (cases[i].want == NULL)
			assert_null(got);
		else
			assert_string_equal(got, cases[i].want);
	}
	arena_free(&arena);
}

static void
test_addresses(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "a@b.c", "a@b.c" },
		{ "A B <a@b.c>", "\"A B\" <a@b.c>" },
		{ "\"B, A\" <a@b.c>, c@d.e", "\"B, A\" <a@b.c>, c@d.e" },
		{ "Foo, Bar <x@y.z>", "\"Foo, Bar\" <x@y.z>" },
		{ "a@b.c (Comment (nested) x)", "\"Comment (nested) x\" <a@b.c>" },
		{ "group: a@b.c, d@e.f;", "a@b.c, d@e.f" },
		{ "undisclosed-recipients:;", "" },
		{ "<a@b.c>", "a@b.c" },
		{ "< a @ b.c >", "a@b.c" },
		{ "<@relay,@other:a@b.c>", "a@b.c" },
		{ "mailto:a@b.c", "a@b.c" },
		{ "\"quoted local\"@b.c", "\"quoted local\"@b.c" },
		{ "just a name", "\"just a name\"" },
		{ "\"a \\\"q\\\" b\" <a@b.c>", "\"a \\\"q\\\" b\" <a@b.c>" },
		{ "=?utf-8?Q?J=C3=BC?= <a@b.c>", "\"J\xc3\xbc\" <a@b.c>" },
		{ "\"=?utf-8?Q?J=C3=BC?=\" <a@b.c>", "\"J\xc3\xbc\" <a@b.c>" },
		{ "\"open <a@b.c>, d@e.f", "\"open\" <a@b.c>, d@e.f" },
		{ ",,;, a@b.c,,", "a@b.c" },
		{ "unclosed <a@b.c", "\"unclosed\" <a@b.c>" },
		{ "", "" },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct addresses list;

		address_parse(arena, cases[i].in, true, &list);
		assert_string_equal(address_print(arena, &list, ", ", 1000), cases[i].want);
	}
	arena_free(&arena);
}

static void
test_params(void **state)
{
	static const struct {
		const char *in, *name, *want;
	} cases[] = {
		{ "attachment; filename=a.txt", "filename", "a.txt" },
		{ "attachment; FileName=\"a b.txt\"", "filename", "a b.txt" },
		{ "attachment; filename=a b.txt; x=y", "filename", "a b.txt" },
		{ "attachment; filename*=utf-8'de'%C3%A4.txt", "filename", "\xc3\xa4.txt" },
		{ "attachment; filename*=iso-8859-1''%e4.txt", "filename", "\xc3\xa4.txt" },
		{ "attachment; filename*0=\"a\"; filename*1=\"b.txt\"", "filename", "ab.txt" },
		{ "attachment; filename*0*=utf-8''%C3; filename*1*=%A4; filename*2=\".txt\""
		    "", "filename",
		    "\xc3\xa4.txt" },
		{ "attachment; filename*1=b; filename*0=a", "filename", "ab" },
		{ "attachment; filename=\"=?utf-8?Q?=C3=A4.txt?=\"", "filename", "\xc3\xa4.txt" },
		{ "attachment; filename=\"\xe4.txt\"", "filename", "\xc3\xa4.txt" },
		{ "attachment; filename=\"C:\\dir\\a.txt\"", "filename", "C:\\dir\\a.txt" },
		{ "attachment; filename=\"a\\\"b.txt\"", "filename", "a\"b.txt" },
		{ "attachment; filename=\"open.txt", "filename", "open.txt" },
		{ "attachment; filename=x.txt; filename*=utf-8''y.txt", "filename", "y.txt" },
		{ "attachment; filename*=broken%zz", "filename", "broken%zz" },
		{ "attachment", "filename", NULL },
		{ ";;;=;a", "filename", NULL },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mime_params params;
		const char *token;
		char *got;

		params_parse(arena, cases[i].in, &token, &params);
		got = params_get(arena, &params, cases[i].name);
		if (cases[i].want == NULL)
			assert_null(got);
		else
			assert_string_equal(got, cases[i].want);
	}
	arena_free(&arena);
}

static void
test_html(void **state)
{
	static const struct {
		const char *in;
		unsigned flags;
		const char *want;
	} cases[] = {
		{ "a<br>b", 0, "a\r\nb" },
		{ "<p>a</p><p>b</p>", 0, "a\r\n\r\nb" },
		{ "<div>a</div><div>b</div>", 0, "a\r\nb" },
		{ "<div>a</div><div><br></div><div>b</div>", 0, "a\r\n\r\nb" },
		{ " a \n\t b&nbsp;&nbsp;c ", 0, "a b c" },
		{ "a<b>b</b> <i>c</i>d", 0, "ab cd" },
		{ "&lt;x&gt; &amp;amp; &#65;&#x42; &eacute; &bogus; & &#0;", 0,
		    "<x> &amp; AB \xc3\xa9 &bogus; &" },
		{ "&#150;&#x80;", 0, "\xe2\x80\x93\xe2\x82\xac" },
		{ "<style>p{}</style>x<script>if (a<b) y()</script>z", 0, "xz" },
		{ "<!-- <p>no</p> -->yes", 0, "yes" },
		{ "<!-- never closed <p>x</p>", 0, "x" },
		{ "<title>no</title><body>yes", 0, "yes" },
		{ "1 < 2 <3 <me@x.y> <http://x.y>", 0, "1 < 2 <3 <me@x.y> <http://x.y>" },
		{ "<a href=\"http://x.y/\">link</a> z", 0, "link z" },
		{ "<a href=\"http://x.y/\">link</a> z", HTML_SHOW_LINKS, "link <http://x.y/> z" },
		{ "<a href='http://x.y/'>http://x.y/</a>", HTML_SHOW_LINKS, "http://x.y/" },
		{ "<a href=\"javascript:x\">link</a>", HTML_SHOW_LINKS, "link" },
		{ "<img alt=\"a>b\" src=x>", HTML_SHOW_IMAGES, "[a>b]" },
		{ "<img alt='unclosed src=x>text", 0, "text" },
		{ "<ul><li>a<li>b<ol><li>c<li>d</ol></ul>e", 0,
		    "- a\r\n- b\r\n  1. c\r\n  2. d\r\n\r\ne" },
		{ "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", 0,
		    "a  b\r\nc" },
		{ "x<blockquote>a<br>b<blockquote>c</blockquote></blockquote>d", 0,
		    "x\r\n>\r\n> a\r\n> b\r\n>\r\n>> c\r\n\r\nd" },
		{ "<pre>a  b\n c</pre>", 0, "a  b\r\n c" },
		{ "\xe2\x80\x8b\xc2\xad" "a\xe2\x80\x8c" "b", 0, "a\xe2\x80\x8c" "b" },
		{ "a<hr>b", 0, "a\r\n--------\r\nb" },
		{ "</div></div></ul></blockquote>x", 0, "x" },
		{ "<", 0, "<" },
		{ "<p", 0, "" },
		{ "<svg><text>no</text></svg>yes", 0, "yes" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out;

		buf_init(&out, 10000);
		html_to_text(&out, cases[i].in, strlen(cases[i].in), cases[i].flags);
		if (strcmp(buf_str(&out), cases[i].want) != 0)
			fail_msg("case %zu: got %s", i, buf_str(&out));
		buf_free(&out);
	}
}

/* Every length of a text with all kinds of things in it. */
static void
test_html_cut(void **state)
{
	static const char html[] = "<html><style>p{x}</style><p class=\"a>b\">\xc3\xa4"
	    "&eacute;&#8364;x"
	    "</p><!-- c --><b>\xe2\x82\xac</b></html>";
	static const struct {
		size_t max, want;
	} cases[] = {
		{ 0, 0 }, { 5, 0 }, { 6, 6 }, { 10, 6 }, { 13, 13 }, { 15, 15 }, { 30, 25 },
		{ 40, 40 }, { 41, 40 }, { 42, 42 }, { 49, 42 }, { 50, 50 }, { 56, 50 }, { 57, 57 },
	};
	size_t n = strlen(html);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(html_cut(html, n, cases[i].max), cases[i].want);
	for (size_t max = 0; max < n; max++) {
		size_t cut = html_cut(html, n, max);

		assert_true(cut <= max);
		assert_true(utf8_is_valid(html, cut));
	}
	assert_int_equal(html_cut(html, n, n), n);
}

static void
test_flowed(void **state)
{
	static const struct {
		const char *in;
		bool del_sp;
		const char *want;
	} cases[] = {
		{ "a \nb\nc\n", false, "a b\r\nc\r\n" },
		{ "a \r\nb\r\n", true, "ab\r\n" },
		{ "> a \n> b\nc", false, "> a b\r\nc" },
		{ "> a \nb\n", false, "> a \r\nb\r\n" },
		{ "-- \nsig\n", false, "-- \r\nsig\r\n" },
		{ " >not quoted\n", false, ">not quoted\r\n" },
		{ "", false, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out;

		buf_init(&out, 1000);
		flowed_join(&out, cases[i].in, strlen(cases[i].in), cases[i].del_sp);
		assert_string_equal(buf_str(&out), cases[i].want);
		buf_free(&out);
	}
}

static void
test_keywords(void **state)
{
	static const struct {
		const char *category, *keyword;
	} cases[] = {
		{ "Blue", "Blue" },
		{ "Blue category", "Blue_category" },
		{ "under_score", "under&AF8-score" },
		{ "a&b", "a&ACY-b" },
		{ "Gr\xc3\xbc\xc3\x9f" "e", "Gr&APwA3w-e" },
		{ "\xf0\x9f\x98\x80", "&2D3eAA-" },
		{ "$dollar", "&ACQ-dollar" },
		{ "(x) \"y\" \\z%*{]", "&ACg-x&ACk-_&ACI-y&ACI-_&AFw-z&ACUAKgB7AF0-" },
		{ "Important", "$label1" },
		{ "To Do", "$label4" },
	};
	static const char *const hidden[] = { "$Forwarded", "$MDNSent", "\\Seen", "Junk", "nonjunk",
		"$label9", "" };
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_string_equal(keyword_from_category(arena, cases[i].category),
		    cases[i].keyword);
		assert_string_equal(keyword_to_category(arena, cases[i].keyword),
		    cases[i].category);
	}
	for (size_t i = 0; i < COUNT(hidden); i++)
		assert_null(keyword_to_category(arena, hidden[i]));
	assert_string_equal(keyword_to_category(arena, "odd&stuff"), "odd&stuff");
	assert_null(keyword_from_category(arena, ""));
	arena_free(&arena);
}

static void
test_subject(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "Hello", "Hello" }, { "Re: Hello", "Hello" }, { "RE[2]: re (3) : Hello",
		    "Hello" },
		{ "Fwd: [list] AW: Hello (fwd)", "Hello" }, { "[list]", "[list]" }, { "Re:", "" },
		{ "Regarding: x", "Regarding: x" }, { "Re Hello", "Re Hello" },
		{ "[a][b] x [c]", "x [c]" }, { "", "" },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(subject_base(arena, cases[i].in), cases[i].want);
	arena_free(&arena);
}

/* A megabyte of the same few characters, against everything that reads text of strangers. */
static void
test_time(void **state)
{
	static const char *const units[] = { "<", "<!--", "<a b=\"", "<a b='", "<p>",
	    "<blockquote>",
		"<ul><li>", "&#", "&amp", "=?utf-8?Q?", "=?a?q?=?=", "=?utf-8?B?4oI=?= ", "(", "\"",
		"\\\"", ",", "a@b.c,", "<<", "<a@b", ":", ";", "x*0=", ";a*0*=''", ">",
		    "> \n", "\r\n ",
		"X: y\r\n", "[", "Re:", "=", "= ", "=3", " ", "\t\n", "\xc3", "\xe4", "\xff\xfe",
		"<style>", "</style", "<script></scrip", "<img alt=x>", "cid:",
		    "<a href=http://x>y</a>",
		"&", "+", "+A", "\033$B", "\x81", "a;b=\"" };
	static const char *const charsets[] = { NULL, "utf-8", "utf-7", "iso-2022-jp", "gb18030",
		"big5", "euc-jp", "utf-16" };

	(void)state;
	for (size_t i = 0; i < COUNT(units); i++) {
		struct arena *arena = arena_new(0);
		size_t unit = strlen(units[i]), n = MANY / unit * unit;
		char *text = arena_alloc(arena, n + 1);
		int64_t start = now_ms();
		struct mime_params params;
		struct addresses list;
		const char *token;
		struct buf out;

		for (size_t at = 0; at < n; at += unit)
			memcpy(text + at, units[i], unit);
		buf_init(&out, (size_t)64 * MANY);
		html_to_text(&out, text, n, HTML_SHOW_LINKS | HTML_SHOW_IMAGES);
		html_cut(text, n, n - 1);
		html_put_utf8(&out, text, n);
		html_from_text(&out, text, n);
		flowed_join(&out, text, n, true);
		flowed_quote(&out, text, n);
		header_raw(arena, text, n, "Nothing");
		header_decode(arena, text, n);
		address_parse(arena, text, true, &list);
		address_print(arena, &list, ", ", 32768);
		params_parse(arena, text, &token, &params);
		params_get(arena, &params, "x");
		subject_base(arena, text);
		for (size_t k = 0; k < COUNT(charsets); k++) {
			buf_reset(&out);
			charset_convert(charsets[k], text, n, &out);
		}
		buf_free(&out);
		arena_free(&arena);
		if (now_ms() - start > SLOW_MS)
			fail_msg("%s takes %d ms", units[i], (int)(now_ms() - start));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_transfer),
		cmocka_unit_test(test_put_qp),
		cmocka_unit_test(test_charset),
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_encode),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_params),
		cmocka_unit_test(test_html),
		cmocka_unit_test(test_html_cut),
		cmocka_unit_test(test_flowed),
		cmocka_unit_test(test_keywords),
		cmocka_unit_test(test_subject),
		cmocka_unit_test(test_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
