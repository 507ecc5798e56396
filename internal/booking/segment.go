package booking

import (
	"encoding/hex"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxOpaque bounds an escaped segment: session ids and device tokens are long.
const maxOpaque = 512

// opaque reports whether a segment whose content is between client and upstream is one segment to every server, neither more
// nor another one: as it is, and unescaped again and again. Everything else in it is text: people type codes with quotes,
// currencies and emoji.
func opaque(escaped string) bool {
	text, err := url.PathUnescape(escaped)
	if err != nil || len(escaped) > maxOpaque {
		return false
	}
	for { // each round takes a percent sign away
		if !utf8.ValidString(text) { // longer forms of a dot or a slash are no UTF-8
			return false
		}
		if text = likeASCII(text); !isOneSegment(text) {
			return false
		}
		next := unescapeWhatCan(text)
		if next == text {
			return true
		}
		text = next
	}
}

// isOneSegment reports whether a text that was unescaped can be read as nothing but one whole segment.
func isOneSegment(text string) bool {
	if text == "" || strings.ContainsAny(text, `/\?#`) || strings.ContainsFunc(text, breaksLine) {
		return false
	}
	name, _, found := strings.Cut(text, ";") // some servers take off what follows
	switch strings.TrimSpace(name) {
	case ".", "..":
		return false
	case "":
		return !found
	}
	return true
}

func breaksLine(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)
}

// unescapeWhatCan unescapes as lenient servers do: a percent sign that begins no escape stays.
func unescapeWhatCan(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if b, err := hex.DecodeString(text[i+1 : i+3]); err == nil {
				out.WriteByte(b[0])
				i += 2
				continue
			}
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

// lookAlikes are what some servers turn into what means something in a path (compatibility forms, best-fit code pages).
var lookAlikes = strings.NewReplacer(
	"․", ".", "﹒", ".", "‥", "..", "…", "...",
	"⁄", "/", "∕", "/", "⧸", "/", "℀", "/", "℁", "/", "℅", "/", "℆", "/", "﹨", `\`, "∖", `\`, "⧵", `\`,
	"﹪", "%", "﹔", ";", "\u037e", ";", "﹖", "?", "﹟", "#",
)

// likeASCII is a text as the most careless server reads it: look-alikes for what they look like, and nothing where nothing
// is seen.
func likeASCII(text string) string {
	if isASCII(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r):
			return -1
		case r >= '！' && r <= '～': // the same in full width
			return r - '！' + '!'
		}
		return r
	}, lookAlikes.Replace(text))
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}
