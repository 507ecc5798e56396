package reference

import (
	"errors"
	"regexp"
	"strings"
)

// Words are what there is a choice of: the document says them as they are in the service that serves it. The zero value
// leaves it as it is written.
type Words struct {
	Sources  []string // that list slots
	Rankings []Ranking
}

// Ranking is an order of answers, and what goes before what in it.
type Ranking struct{ Name, About string }

// Where they stand in the document.
var (
	rankingText = regexp.MustCompile("(\"The order: )`[^\"]*?(\\. Without it)")
	rankingList = regexp.MustCompile(`("enum": \[)"soonest"[^\]]*`)
	sourceList  = regexp.MustCompile(`("enum": \[)"careDirect"[^\]]*?((?:, "directory")?\])`)
)

// in is a document with the words.
func (w Words) in(document []byte) ([]byte, error) {
	if w.Sources == nil && w.Rankings == nil {
		return document, nil
	}
	about, names := make([]string, len(w.Rankings)), make([]string, len(w.Rankings))
	for i, r := range w.Rankings {
		about[i], names[i] = "`"+r.Name+"` "+r.About, r.Name
	}
	for _, put := range []struct {
		at *regexp.Regexp
		as string
	}{
		{rankingText, "${1}" + strings.Join(about, "; ") + "${2}"},
		{rankingList, "${1}" + quoted(names)},
		{sourceList, "${1}" + quoted(w.Sources) + "${2}"},
	} {
		if !put.at.Match(document) {
			return nil, errors.New("reference: openapi.json has no place for words: " + put.at.String())
		}
		document = put.at.ReplaceAll(document, []byte(put.as))
	}
	return document, nil
}

func quoted(words []string) string { return `"` + strings.Join(words, `", "`) + `"` }
