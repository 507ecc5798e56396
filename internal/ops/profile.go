package ops

import (
	"fmt"
	"net/http"
	"strconv"
)

// longestProfile bounds what a profile may take.
const longestProfile = 300 // seconds

// timed lets requests for profiles through whose duration, where one is given, makes sense.
func timed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for _, text := range r.URL.Query()["seconds"] {
			if n, err := strconv.ParseFloat(text, 64); err != nil || !(n > 0 && n <= longestProfile) {
				refuseMistake(w, &mistake{"seconds", shown(text) + " is not a duration", fmt.Sprintf("write more than 0, at most %d", longestProfile)})
				return
			}
		}
		next(w, r)
	}
}
