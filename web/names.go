package web

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// longestName is how many characters of a name can be looked for.
const longestName = 128

// apostrophes are what keyboards write for one; people leave them out as well.
const apostrophes = "'’‘‛ʼʻʽʹˈ′`´＇ꞌ"

// letters are those that Unicode does not take apart, as people type them who do not have them.
var letters = strings.NewReplacer(
	"ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ħ", "h", "ŧ", "t", "ı", "i", "ŋ", "n", "ς", "σ",
)

// wordsOf are the words of a name or of what is looked for, without what people leave out or type in several ways: case,
// accents, apostrophes, hyphens, commas, blanks. names.js has the same, and both pass the cases of testdata/names.json.
func wordsOf(text string) []string {
	// Before and behind Unicode's decomposition: it makes blanks of some apostrophes (´), and has some in letters (ŉ).
	plain := bare(strings.ToLower(norm.NFKD.String(bare(text))))
	return strings.FieldsFunc(letters.Replace(plain), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.N, r) })
}

// bare leaves out apostrophes, marks on letters, and what cannot be seen.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(apostrophes, r) || unicode.In(r, unicode.Cf, unicode.Mn) {
			return -1
		}
		return r
	}, text)
}

// titles say nothing of a name.
var titles = []string{"dr", "dra", "doctor", "doctora", "md"}

// isName reports whether a text can be looked for.
func isName(text string) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= longestName && !strings.ContainsFunc(text, unicode.IsControl) && len(wordsOf(text)) > 0
}

// wanted is a name that is looked for, as words.
func wanted(text string) []string {
	all := wordsOf(text)
	if telling := slices.DeleteFunc(slices.Clone(all), func(word string) bool { return slices.Contains(titles, word) }); len(telling) > 0 {
		return telling
	}
	return all
}

// namedAs reports whether a name is the one that is looked for: each word is a part of one of its words, in any order, or
// runs over several of them from a beginning (delacruz, De la Cruz).
func namedAs(name string, wanted []string) bool {
	if len(wanted) == 0 {
		return true
	}
	parts := wordsOf(name)
	return !slices.ContainsFunc(wanted, func(word string) bool { // one that is missing
		for i := range parts {
			if strings.Contains(parts[i], word) || strings.HasPrefix(strings.Join(parts[i:], ""), word) {
				return false
			}
		}
		return true
	})
}
