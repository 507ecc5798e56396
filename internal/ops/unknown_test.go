package ops

import (
	"fmt"
	"testing"
)

func TestUnknownProductsAreCountedByNameUpToABound(t *testing.T) {
	var u UnknownProducts
	for i := range 1000 {
		if n := u.Counter(fmt.Sprintf("app-%d", i)); n != nil {
			n.Add(1)
		}
	}
	u.Counter("app-7").Add(2)
	list := u.List()
	if len(list) != maxUnknown || list[0] != (UnknownProduct{"app-7", 3}) || list[1] != (UnknownProduct{"app-0", 1}) {
		t.Errorf("%d names, first %v", len(list), list[:2])
	}
}
