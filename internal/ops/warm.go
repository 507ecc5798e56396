package ops

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"timeslots/internal/timeslot"
)

// warmTime bounds one call.
const warmTime = 20 * time.Second

const warmFix = `give {"query":"what follows the ? of GET /v1/timeslots"}`

// readWarm reads the body of POST /ops/warm: a query, for a product that is configured or for none.
func (a admin) readWarm(r *http.Request) (query string, wrong *mistake) {
	object, wrong := readObject(r, warmFix, "query")
	if wrong == nil {
		query, wrong = field[string](object, "query", warmFix)
	}
	if wrong != nil {
		return "", wrong
	}
	values, err := url.ParseQuery(query)
	if err != nil || len(values) == 0 {
		return "", &mistake{"query", "is not one", warmFix}
	}
	for _, product := range values["product"] {
		if known := a.Products(); !slices.Contains(known, product) {
			return "", &mistake{"query", "names the product " + shown(product) + ", which is not configured", "there are: " + strings.Join(known, ", ")}
		}
	}
	return query, nil
}

// warm is POST /ops/warm: one round for a query, now, on this replica; the fragments are everybody's.
func (a admin) warm(w http.ResponseWriter, r *http.Request) {
	query, wrong := a.readWarm(r)
	if wrong != nil {
		refuseMistake(w, wrong)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), warmTime)
	defer cancel()
	complete, err := a.Queries.Warm(ctx, "", query, time.Second)
	if err != nil {
		if _, invalid := errors.AsType[*timeslot.InvalidQueryError](err); invalid {
			refuseMistake(w, &mistake{"query", "is not one: " + timeslot.ReasonOf(err), warmFix})
			return
		}
		refuse(w, http.StatusBadGateway, timeslot.ReasonOf(err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, "{\"complete\":%t}\n", complete)
}
