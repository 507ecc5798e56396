package web

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// catalogs are the words of the pages, by language (BCP 47). Each has the same keys.
var catalogs = map[string]map[string]string{"en": loadWords("en"), "es": loadWords("es")}

func loadWords(lang string) map[string]string {
	words := map[string]string{}
	body, err := embedded.ReadFile("words/" + lang + ".json")
	if err == nil {
		err = json.Unmarshal(body, &words)
	}
	if err != nil {
		panic(fmt.Errorf("web: words of %q: %w", lang, err)) // they were embedded when this was built
	}
	return words
}

// Say is a text with what stands in braces filled in: names and values alternate.
func (v *view) Say(key string, pairs ...string) string {
	text, ok := catalogs[v.lang][key]
	if !ok {
		return key
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+pairs[i]+"}", pairs[i+1])
	}
	return text
}

// count is a number of things. English and Spanish know one, and others.
func (v *view) count(key string, n int) string {
	if n == 1 {
		return v.Say(key + ".one")
	}
	return v.Say(key+".other", "n", strconv.Itoa(n))
}

// dayLabel is today, tomorrow or a date.
func (v *view) dayLabel(at, today time.Time) string {
	switch at.Format(time.DateOnly) {
	case today.Format(time.DateOnly):
		return v.Say("today")
	case today.AddDate(0, 0, 1).Format(time.DateOnly):
		return v.Say("tomorrow")
	}
	weekday := strings.Split(v.Say("weekdays"), " ")[at.Weekday()]
	month := strings.Split(v.Say("months"), " ")[at.Month()-1]
	return v.Say("date", "weekday", weekday, "month", month, "day", strconv.Itoa(at.Day()))
}

// clock is a time of day in twelve hours, as in the United States.
func (v *view) clock(at time.Time) string {
	if v.lang == "es" {
		return at.Format("3:04 ") + map[bool]string{true: "a.\u00a0m.", false: "p.\u00a0m."}[at.Hour() < 12]
	}
	return at.Format("3:04 PM")
}
