package web

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
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
