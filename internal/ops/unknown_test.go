package ops

import (
	"fmt"
	"testing"
)

func TestUnknownProductsAreCountedByNameUpToABound(t *testing.T) {
	var u UnknownProducts
	u.Counter("kiosk").Add(7)
	for i := range 1000 {
		u.Counter(fmt.Sprintf("junk-%d", i)).Add(1)
	}
	u.Counter("app").Add(3)
	list := u.List(nil)
	if len(list) != maxUnknown || list[0] != (UnknownProduct{"kiosk", 7}) || list[1] != (UnknownProduct{"app", 3}) {
		t.Errorf("%d names, first %v", len(list), list[:2])
	}
	if list := u.List([]string{"findadoctor", "kiosk"}); len(list) != maxUnknown-1 || list[0].Name != "app" {
		t.Errorf("when kiosk is configured: %d names, first %v", len(list), list[0])
	}
}
