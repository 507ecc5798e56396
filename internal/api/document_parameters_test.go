package api

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The parser names all words that it takes when it gets another.
func TestWordsOfTheDocumentAreThoseOfTheParser(t *testing.T) {
	eachParameter(t, func(t *testing.T, p probe) {
		words := p.words()
		if words == nil {
			if _, refused := p.with(t, "nonsense-"); refused != nil && strings.HasPrefix(refused.Fix, "give one of ") {
				t.Errorf("the parser takes words alone, the document others: %s", refused.Fix)
			}
			return
		}
		_, refused := p.with(t, "nonsense-")
		if refused == nil {
			t.Fatal("any word is taken")
		}
		said := strings.Split(strings.TrimPrefix(refused.Fix, "give one of "), ", ")
		if slices.Sort(said); !slices.Equal(said, slices.Sorted(slices.Values(words))) {
			t.Errorf("the document says %v, the parser %v", words, said)
		}
		for _, word := range words {
			p.takes(t, word)
		}
	})
}

func TestNumbersOfTheDocumentReachAsFarAsTheParserAllows(t *testing.T) {
	checked := 0
	eachParameter(t, func(t *testing.T, p probe) {
		step := 1.0
		switch {
		case p.schema.Type.Is("number"):
			step = 0.001
		case !p.schema.Type.Is("integer"):
			return
		}
		low, high := *p.schema.Min, *p.schema.Max
		text := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
		p.takes(t, text(low))
		p.takes(t, text(high))
		p.refuses(t, text(low-step))
		p.refuses(t, text(high+step))
		checked++
	})
	if checked < 10 {
		t.Errorf("only %d numbers", checked)
	}
}

// What stands in the document as default means the same as leaving the parameter out, and no other value does.
func TestDefaultsOfTheDocumentAreThoseOfTheParser(t *testing.T) {
	moving := []string{"sort", "by"} // the product's, and that of what is asked: described in words
	eachParameter(t, func(t *testing.T, p probe) {
		values := p.words()
		if p.schema.Type.Is("integer") {
			for n := *p.schema.Min; n <= min(*p.schema.Max, 500); n++ {
				values = append(values, fmt.Sprint(n))
			}
		}
		if slices.Contains(moving, p.name) {
			values = nil
		}
		want, _ := p.with(t)
		var same []string
		for _, value := range values {
			if got, _ := p.with(t, value); got == want {
				same = append(same, value)
			}
		}
		var described []string
		if p.schema.Default != nil {
			described = []string{fmt.Sprint(p.schema.Default)}
		}
		if !slices.Equal(same, described) {
			t.Errorf("the document says %v; leaving it out means %v", described, same)
		}
	})
}

func TestGrammarsOfTheDocumentAreThoseOfTheParser(t *testing.T) {
	checked := 0
	eachParameter(t, func(t *testing.T, p probe) {
		text := p.schema
		if p.schema.Type.Is("array") {
			text = p.schema.Items.Value
		}
		if text.Pattern == "" {
			return
		}
		checked++
		pattern := regexp.MustCompile(text.Pattern)
		for _, value := range specimens(p.example) {
			length := uint64(len([]rune(value)))
			admitted := pattern.MatchString(value) && length >= text.MinLength && (text.MaxLength == nil || length <= *text.MaxLength)
			if _, err := time.LoadLocation(value); p.name == "userTimezone" && (err != nil || value == "Local") {
				admitted = false // a zone has to exist, whatever it looks like
			}
			if _, refused := p.with(t, value); (refused == nil) != admitted {
				t.Errorf("%q: the document admits it: %v; the parser: %+v", value, admitted, refused)
			}
		}
	})
	if checked < 20 {
		t.Errorf("only %d grammars", checked)
	}
}

func TestListsMayBeRepeatedAndScalarsNot(t *testing.T) {
	eachParameter(t, func(t *testing.T, p probe) {
		_, twice := p.with(t, p.example, p.example)
		if list := p.schema.Type.Is("array"); list != (twice == nil) {
			t.Errorf("a list in the document: %v; given twice: %+v", list, twice)
		}
	})
}

func TestDaysOfTheDocumentAreDaysOfTheParser(t *testing.T) {
	eachParameter(t, func(t *testing.T, p probe) {
		if p.schema.Format == "date" {
			p.takes(t, "2030-03-08")
			p.refuses(t, "2030-02-30")
			p.refuses(t, "2030-03-08T09:00:00Z")
			p.refuses(t, "08.03.2030")
		}
	})
}
