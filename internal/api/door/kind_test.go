package door

import "testing"

func TestTheDoorReadsAProductThatIsWrittenOddlyAsTheRoutesDo(t *testing.T) {
	for query, want := range map[string]string{
		"": "", "product=": "", "a=b&product=app": "app", "product=&product=app": "app", "product=app&product=b": "app",
		"product=app%20": "app", "product=+%20app": "app", "product[]=app": "app", "a=b;product=app": "app", ";product=app;": "app",
		"products=app": "", "product=+": "", "product=%20%20": "", "product": "", "&&;": "",
	} {
		if got := productOf(query); got != want {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
}
