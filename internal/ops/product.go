package ops

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// notToldYet is the answer where a change holds on this replica, and the others could not be told.
const notToldYet = "done on this replica; the others follow when Redis can be reached again"

// BookingsOf names the switch of a product's bookings, beside that of the product.
func BookingsOf(product string) string { return product + "/bookings" }

// switchProduct is PUT /ops/products/{name}: a use case is switched off, and answers 503, or on again, on every replica. Its bookings
// go on unless the call says otherwise. "default" stands for requests that name no product, or one that is not configured.
func (a admin) switchProduct(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	if known := a.Products(); !slices.Contains(known, name) {
		refuse(w, http.StatusNotFound, fmt.Sprintf("no product %q is configured; there are: %s", name, strings.Join(known, ", ")))
		return
	}
	const fix = `give {"enabled":true} or {"enabled":false}; bookings go on without "bookings":false`
	object, wrong := readObject(r, fix, "enabled", "bookings")
	enabled, bookings := false, true
	if wrong == nil {
		enabled, wrong = field[bool](object, "enabled", fix)
	}
	if _, said := object["bookings"]; said && wrong == nil {
		bookings, wrong = field[bool](object, "bookings", fix)
	}
	if wrong != nil {
		refuseMistake(w, wrong)
		return
	}
	a.Logger.Warn("product switched", "product", name, "enabled", enabled, "bookings", bookings)
	err := errors.Join(a.Switches.Set(r.Context(), name, !enabled), a.Switches.Set(r.Context(), BookingsOf(name), !bookings))
	if err != nil {
		refuse(w, http.StatusAccepted, notToldYet)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
