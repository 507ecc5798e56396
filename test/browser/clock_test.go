package browser

import (
	"fmt"
	"os"
	"strconv"
	"testing"
)

// moved is how many seconds the wall clock of this program and of the service is moved by (.ci/at-date).
func moved(t *testing.T) int64 {
	t.Helper()
	text := os.Getenv("CLOCK_SHIFT")
	if text == "" {
		return 0
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatalf("CLOCK_SHIFT=%q: want whole seconds", text)
	}
	return seconds
}

// clockScript moves Date, with and without new, before a page's own scripts see it.
const clockScript = `(() => {
	const by = %d * 1000, real = Date;
	globalThis.Date = new Proxy(real, {
		construct: (date, given, target) => Reflect.construct(date, given.length > 0 ? given : [date.now() + by], target),
		apply: () => String(new real(real.now() + by)),
		get: (date, name) => name === "now" ? () => date.now() + by : Reflect.get(date, name),
	});
})()`

// sameDay gives every page of a tab the clock that the service has.
func (b *tab) sameDay(t *testing.T) {
	t.Helper()
	seconds := moved(t)
	if seconds == 0 {
		return
	}
	b.do(t, before(fmt.Sprintf(clockScript, seconds)))
}
