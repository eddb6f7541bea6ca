/* SPDX-License-Identifier: ISC */
/* Mailbox names: the codec is strict both ways, so every name has one spelling.  Worker. */
#include "backends/imap/names.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "bridge/base/arena.h"
#include "bridge/base/buf.h"
#include "bridge/base/codec.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

enum { NAME_MAX_BYTES = 16 * 1024 };

static void
utf8_put(struct buf *out, uint32_t c)
{
	if (c < 0x80) {
		buf_putc(out, (char)c);
	} else if (c < 0x800) {
		buf_putc(out, (char)(0xC0 | (c >> 6)));
		buf_putc(out, (char)(0x80 | (c & 0x3F)));
	} else if (c < 0x10000) {
		buf_putc(out, (char)(0xE0 | (c >> 12)));
		buf_putc(out, (char)(0x80 | ((c >> 6) & 0x3F)));
		buf_putc(out, (char)(0x80 | (c & 0x3F)));
	} else {
		buf_putc(out, (char)(0xF0 | (c >> 18)));
		buf_putc(out, (char)(0x80 | ((c >> 12) & 0x3F)));
		buf_putc(out, (char)(0x80 | ((c >> 6) & 0x3F)));
		buf_putc(out, (char)(0x80 | (c & 0x3F)));
	}
}

/* One UTF-16 unit out of a shifted run; high: a surrogate that waits for its second half. */
static bool
unit_put(struct buf *out, uint32_t unit, uint32_t *high)
{
	if (*high) {
		if (unit < 0xDC00 || unit > 0xDFFF)
			return false;
		utf8_put(out, 0x10000 + ((*high - 0xD800) << 10) + (unit - 0xDC00));
		*high = 0;
		return true;
	}
	if (unit >= 0xDC00 && unit <= 0xDFFF)
		return false;
	if (unit >= 0xD800 && unit <= 0xDBFF) {
		*high = unit;
		return true;
	}
	/* printable ASCII has to be written as itself */
	if (unit >= 0x20 && unit <= 0x7E)
		return false;
	if (unit == 0)
		return false;
	utf8_put(out, unit);
	return true;
}

/* A run after '&'; *text stands on its first digit and moves behind the '-'. */
static bool
run_decode(const char **text, struct buf *out)
{
	uint32_t bits = 0, high = 0;
	unsigned n_bits = 0;
	const char *t = *text;

	for (; *t != '-'; t++) {
		const char *digit = *t ? strchr(digits, *t) : NULL;

		if (!digit)
			return false;
		bits = ((bits << 6) | (uint32_t)(digit - digits)) & 0x3FFFFF;
		n_bits += 6;
		if (n_bits < 16)
			continue;
		n_bits -= 16;
		if (!unit_put(out, (bits >> n_bits) & 0xFFFF, &high))
			return false;
	}
	*text = t + 1;
	/* only zero bits of padding may be left, and two runs may not touch */
	return !high && n_bits < 6 && (bits & ((1u << n_bits) - 1)) == 0 &&
	    !(t[1] == '&' && t[2] != '-');
}

char *
name_decode(struct arena *arena, const char *mailbox)
{
	struct buf out;

	buf_init_arena(&out, arena, NAME_MAX_BYTES);
	for (const char *t = mailbox; *t;) {
		if (*t < 0x20 || *t > 0x7E)
			return NULL;
		if (*t != '&') {
			buf_putc(&out, *t++);
		} else if (t[1] == '-') {
			buf_putc(&out, '&');
			t += 2;
		} else {
			t++;
			if (!run_decode(&t, &out))
				return NULL;
		}
	}
	return out.failed ? NULL : arena_strdup(arena, buf_str(&out));
}

/* The character at *text, which is valid UTF-8; moves behind it. */
static uint32_t
utf8_next(const char **text)
{
	const uint8_t *t = (const uint8_t *)*text;
	unsigned more = *t >= 0xF0 ? 3 : *t >= 0xE0 ? 2 : *t >= 0xC0 ? 1 : 0;
	uint32_t c = more == 3 ? *t & 0x07u : more == 2 ? *t & 0x0Fu : more ? *t & 0x1Fu : *t;

	for (unsigned i = 1; i <= more; i++)
		c = (c << 6) | (t[i] & 0x3Fu);
	*text += more + 1;
	return c;
}

struct run {
	struct buf *out;
	uint32_t bits;
	unsigned n_bits;
	bool open;
};

static void
run_put(struct run *run, uint32_t unit)
{
	if (!run->open)
		buf_putc(run->out, '&');
	run->open = true;
	run->bits = (run->bits << 16) | unit;
	run->n_bits += 16;
	while (run->n_bits >= 6) {
		run->n_bits -= 6;
		buf_putc(run->out, digits[(run->bits >> run->n_bits) & 0x3F]);
	}
}

static void
run_close(struct run *run)
{
	if (!run->open)
		return;
	if (run->n_bits)
		buf_putc(run->out, digits[(run->bits << (6 - run->n_bits)) & 0x3F]);
	buf_putc(run->out, '-');
	run->open = false;
	run->bits = run->n_bits = 0;
}

char *
name_encode(struct arena *arena, const char *text)
{
	struct buf out;
	struct run run = { .out = &out };

	if (!utf8_is_valid(text, strlen(text)))
		return NULL;
	buf_init_arena(&out, arena, NAME_MAX_BYTES);
	while (*text) {
		uint32_t c = utf8_next(&text);

		if (c >= 0x20 && c <= 0x7E) {
			run_close(&run);
			buf_putc(&out, (char)c);
			if (c == '&')
				buf_putc(&out, '-');
		} else if (c >= 0x10000) {
			run_put(&run, 0xD800 + ((c - 0x10000) >> 10));
			run_put(&run, 0xDC00 + ((c - 0x10000) & 0x3FF));
		} else {
			run_put(&run, c);
		}
	}
	run_close(&run);
	return out.failed ? NULL : arena_strdup(arena, buf_str(&out));
}

static const struct {
	const char *attribute;
	enum special special;
	const char *create;
} uses[] = {
	{ "\\Drafts", SPECIAL_DRAFTS, "Drafts" },
	{ "\\Sent", SPECIAL_SENT, "Sent" },
	{ "\\Trash", SPECIAL_TRASH, "Trash" },
	{ "\\Junk", SPECIAL_JUNK, NULL },
	{ "\\Spam", SPECIAL_JUNK, NULL },	/* XLIST */
	{ "\\Archive", SPECIAL_ARCHIVE, NULL },
};

enum { N_USES = sizeof(uses) / sizeof(uses[0]) };

enum special
name_special_use(const char *attribute)
{
	for (size_t i = 0; i < N_USES; i++)
		if (strcasecmp(attribute, uses[i].attribute) == 0)
			return uses[i].special;
	return SPECIAL_NONE;
}

const char *
name_of_special_use(enum special special)
{
	for (size_t i = 0; i < N_USES; i++)
		if (uses[i].special == special)
			return uses[i].attribute;
	return NULL;
}

const char *
name_to_create(enum special special)
{
	for (size_t i = 0; i < N_USES; i++)
		if (uses[i].special == special)
			return uses[i].create;
	return NULL;
}

/*
 * What mail programs call their folders, by language.  Compared without ASCII letter case only, so
 * names that begin with another capital stand here as the programs write them.
 */
static const struct {
	const char *name;
	enum special special;
} known_names[] = {
	/* English */
	{ "Drafts", SPECIAL_DRAFTS }, { "Draft", SPECIAL_DRAFTS },
	{ "Sent", SPECIAL_SENT }, { "Sent Items", SPECIAL_SENT },
	{ "Sent Messages", SPECIAL_SENT }, { "Sent Mail", SPECIAL_SENT },
	{ "Sent-Mail", SPECIAL_SENT },
	{ "Trash", SPECIAL_TRASH }, { "Deleted Items", SPECIAL_TRASH },
	{ "Deleted Messages", SPECIAL_TRASH }, { "Bin", SPECIAL_TRASH },
	{ "Junk", SPECIAL_JUNK }, { "Spam", SPECIAL_JUNK }, { "Junk E-mail", SPECIAL_JUNK },
	{ "Junk Email", SPECIAL_JUNK }, { "Junk Mail", SPECIAL_JUNK },
	{ "Bulk Mail", SPECIAL_JUNK },
	{ "Archive", SPECIAL_ARCHIVE }, { "Archives", SPECIAL_ARCHIVE },
	/* German */
	{ "Entwürfe", SPECIAL_DRAFTS }, { "Entwurf", SPECIAL_DRAFTS },
	{ "Gesendet", SPECIAL_SENT }, { "Gesendete Elemente", SPECIAL_SENT },
	{ "Gesendete Objekte", SPECIAL_SENT }, { "Gesendete Nachrichten", SPECIAL_SENT },
	{ "Papierkorb", SPECIAL_TRASH }, { "Gelöschte Elemente", SPECIAL_TRASH },
	{ "Gelöschte Objekte", SPECIAL_TRASH }, { "Gelöscht", SPECIAL_TRASH },
	{ "Spamverdacht", SPECIAL_JUNK }, { "Junk-E-Mail", SPECIAL_JUNK },
	{ "Unerwünscht", SPECIAL_JUNK }, { "Archiv", SPECIAL_ARCHIVE },
	/* French */
	{ "Brouillons", SPECIAL_DRAFTS }, { "Brouillon", SPECIAL_DRAFTS },
	{ "Envoyés", SPECIAL_SENT }, { "Éléments envoyés", SPECIAL_SENT },
	{ "Messages envoyés", SPECIAL_SENT }, { "Courrier envoyé", SPECIAL_SENT },
	{ "Corbeille", SPECIAL_TRASH }, { "Éléments supprimés", SPECIAL_TRASH },
	{ "Messages supprimés", SPECIAL_TRASH },
	{ "Indésirables", SPECIAL_JUNK }, { "Courrier indésirable", SPECIAL_JUNK },
	{ "Pourriel", SPECIAL_JUNK },
	/* Spanish */
	{ "Borradores", SPECIAL_DRAFTS }, { "Enviados", SPECIAL_SENT },
	{ "Elementos enviados", SPECIAL_SENT }, { "Mensajes enviados", SPECIAL_SENT },
	{ "Papelera", SPECIAL_TRASH }, { "Elementos eliminados", SPECIAL_TRASH },
	{ "Correo no deseado", SPECIAL_JUNK }, { "Archivo", SPECIAL_ARCHIVE },
	/* Portuguese */
	{ "Rascunhos", SPECIAL_DRAFTS }, { "Itens enviados", SPECIAL_SENT },
	{ "Itens Enviados", SPECIAL_SENT }, { "Enviadas", SPECIAL_SENT },
	{ "Lixeira", SPECIAL_TRASH }, { "Lixo", SPECIAL_TRASH },
	{ "Itens excluídos", SPECIAL_TRASH }, { "Lixo Eletrônico", SPECIAL_JUNK },
	/* Italian */
	{ "Bozze", SPECIAL_DRAFTS }, { "Posta inviata", SPECIAL_SENT },
	{ "Inviati", SPECIAL_SENT }, { "Inviata", SPECIAL_SENT }, { "Cestino", SPECIAL_TRASH },
	{ "Posta eliminata", SPECIAL_TRASH }, { "Posta indesiderata", SPECIAL_JUNK },
	{ "Indesiderata", SPECIAL_JUNK }, { "Archivio", SPECIAL_ARCHIVE },
	/* Dutch */
	{ "Concepten", SPECIAL_DRAFTS }, { "Verzonden", SPECIAL_SENT },
	{ "Verzonden items", SPECIAL_SENT }, { "Verzonden berichten", SPECIAL_SENT },
	{ "Prullenbak", SPECIAL_TRASH }, { "Verwijderde items", SPECIAL_TRASH },
	{ "Ongewenste e-mail", SPECIAL_JUNK }, { "Archief", SPECIAL_ARCHIVE },
	/* Danish, Norwegian, Swedish */
	{ "Kladder", SPECIAL_DRAFTS }, { "Utkast", SPECIAL_DRAFTS },
	{ "Sendt", SPECIAL_SENT }, { "Sendte elementer", SPECIAL_SENT },
	{ "Sendt post", SPECIAL_SENT }, { "Skickat", SPECIAL_SENT },
	{ "Skickade objekt", SPECIAL_SENT }, { "Papirkurv", SPECIAL_TRASH },
	{ "Slettet post", SPECIAL_TRASH }, { "Slettede elementer", SPECIAL_TRASH },
	{ "Søppelpost", SPECIAL_JUNK }, { "Uønsket post", SPECIAL_JUNK },
	{ "Papperskorgen", SPECIAL_TRASH }, { "Borttaget", SPECIAL_TRASH },
	{ "Skräppost", SPECIAL_JUNK }, { "Arkiv", SPECIAL_ARCHIVE },
	/* Polish */
	{ "Kopie robocze", SPECIAL_DRAFTS }, { "Szkice", SPECIAL_DRAFTS },
	{ "Wysłane", SPECIAL_SENT }, { "Elementy wysłane", SPECIAL_SENT },
	{ "Kosz", SPECIAL_TRASH }, { "Elementy usunięte", SPECIAL_TRASH },
	{ "Wiadomości-śmieci", SPECIAL_JUNK }, { "Archiwum", SPECIAL_ARCHIVE },
	/* Czech */
	{ "Koncepty", SPECIAL_DRAFTS }, { "Rozepsané", SPECIAL_DRAFTS },
	{ "Odeslané", SPECIAL_SENT }, { "Odeslaná pošta", SPECIAL_SENT },
	{ "Koš", SPECIAL_TRASH }, { "Odstraněná pošta", SPECIAL_TRASH },
	{ "Nevyžádaná pošta", SPECIAL_JUNK },
	/* Finnish, Hungarian */
	{ "Luonnokset", SPECIAL_DRAFTS }, { "Lähetetyt", SPECIAL_SENT },
	{ "Roskakori", SPECIAL_TRASH }, { "Roskaposti", SPECIAL_JUNK },
	{ "Piszkozatok", SPECIAL_DRAFTS }, { "Elküldött elemek", SPECIAL_SENT },
	{ "Elküldött", SPECIAL_SENT }, { "Kuka", SPECIAL_TRASH },
	{ "Törölt elemek", SPECIAL_TRASH }, { "Levélszemét", SPECIAL_JUNK },
	/* Turkish */
	{ "Taslaklar", SPECIAL_DRAFTS }, { "Gönderilmiş Öğeler", SPECIAL_SENT },
	{ "Gönderilenler", SPECIAL_SENT }, { "Çöp Kutusu", SPECIAL_TRASH },
	{ "Silinmiş Öğeler", SPECIAL_TRASH },
	/* Russian */
	{ "Черновики", SPECIAL_DRAFTS }, { "Отправленные", SPECIAL_SENT },
	{ "Корзина", SPECIAL_TRASH }, { "Удаленные", SPECIAL_TRASH },
	{ "Удалённые", SPECIAL_TRASH }, { "Спам", SPECIAL_JUNK }, { "Архив", SPECIAL_ARCHIVE },
	/* Japanese, Chinese */
	{ "下書き", SPECIAL_DRAFTS }, { "送信済み", SPECIAL_SENT }, { "送信済みトレイ", SPECIAL_SENT },
	{ "ゴミ箱", SPECIAL_TRASH }, { "迷惑メール", SPECIAL_JUNK },
	{ "草稿箱", SPECIAL_DRAFTS }, { "草稿", SPECIAL_DRAFTS }, { "已发送", SPECIAL_SENT },
	{ "已发送邮件", SPECIAL_SENT }, { "已删除", SPECIAL_TRASH }, { "已删除邮件", SPECIAL_TRASH },
	{ "垃圾邮件", SPECIAL_JUNK },
};

enum special
name_special(const char *display_name)
{
	for (size_t i = 0; i < sizeof(known_names) / sizeof(known_names[0]); i++)
		if (strcasecmp(display_name, known_names[i].name) == 0)
			return known_names[i].special;
	return SPECIAL_NONE;
}
