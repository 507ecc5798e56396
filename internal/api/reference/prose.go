package reference

import "strings"

// span is a piece of text: plain, code, or code that links to an object of the page.
type span struct {
	Text string
	Code bool
	Link string // fragment of the page
}

// prose is a description in spans. Of Markdown the document uses code between backticks alone; a test keeps it so.
func prose(text string) []span {
	var spans []span
	for i, part := range strings.Split(text, "`") {
		if part != "" {
			spans = append(spans, span{Text: part, Code: i%2 == 1})
		}
	}
	return spans
}

// paragraphs are a description's, which blank lines part.
func paragraphs(text string) [][]span {
	var all [][]span
	for part := range strings.SplitSeq(text, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, prose(part))
		}
	}
	return all
}
