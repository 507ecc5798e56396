package freshness

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "draw docs/freshness.svg anew")

// The plot has logarithmic axes: calls from 1 to 40 a second, untrue shares from 0.1 to 20 %.
const (
	plotWidth, plotHeight   = 720.0, 460.0
	plotLeft, plotRight     = 80.0, 110.0
	plotTop, plotBottom     = 50.0, 60.0
	leastCalls, mostCalls   = 1.0, 40.0
	leastUntrue, mostUntrue = 0.1, 20.0
)

const plotHead = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 460" width="720" height="460" role="img" aria-labelledby="t">
<title id="t">Untrue slots against upstream calls, for one fixed fresh time, learned ones, and the best possible</title>
<style>
.back{fill:#fff} text{font:13px sans-serif;fill:#333} .grid{stroke:#ddd} .fixed{stroke:#b3541e;fill:#b3541e} .learned{stroke:#1d6fb8;fill:#1d6fb8} .best{stroke:#5f6b76;fill:#5f6b76}
path{fill:none!important;stroke-width:2} .best path{stroke-dasharray:5 4} g text{stroke:none;fill:inherit} g .note{font-size:11px}
@media (prefers-color-scheme:dark){.back{fill:#14181d} text{fill:#d6dde4} .grid{stroke:#333b44} .fixed{stroke:#f0955c;fill:#f0955c} .learned{stroke:#6cb8f6;fill:#6cb8f6} .best{stroke:#9aa7b3;fill:#9aa7b3}}
</style>
<rect class="back" width="720" height="460"/>
<text x="80" y="26" font-weight="bold">200 fragments, 150 views a second, rates that differ a hundredfold</text>
`

func plotX(calls float64) float64 {
	return plotLeft + (plotWidth-plotLeft-plotRight)*math.Log(calls/leastCalls)/math.Log(mostCalls/leastCalls)
}

func plotY(untrue float64) float64 {
	return plotHeight - plotBottom - (plotHeight-plotTop-plotBottom)*math.Log(untrue/leastUntrue)/math.Log(mostUntrue/leastUntrue)
}

func writePlot(t *testing.T, all curves) {
	t.Helper()
	var b strings.Builder
	b.WriteString(plotHead)
	for _, calls := range []float64{1, 2, 5, 10, 20, 40} {
		fmt.Fprintf(&b, `<path class="grid" d="M%.1f %.1fV%.1f" style="stroke-width:1"/><text x="%.1f" y="%.1f" text-anchor="middle">%v</text>`+"\n",
			plotX(calls), plotTop, plotHeight-plotBottom, plotX(calls), plotHeight-plotBottom+20, calls)
	}
	for _, untrue := range []float64{0.1, 0.2, 0.5, 1, 2, 5, 10, 20} {
		fmt.Fprintf(&b, `<path class="grid" d="M%.1f %.1fH%.1f" style="stroke-width:1"/><text x="%.1f" y="%.1f" text-anchor="end">%v %%</text>`+"\n",
			plotLeft, plotY(untrue), plotWidth-plotRight, plotLeft-8, plotY(untrue)+4, untrue)
	}
	fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" text-anchor="middle">upstream calls a second</text>`+"\n", (plotLeft+plotWidth-plotRight)/2, plotHeight-16)
	fmt.Fprintf(&b, `<text transform="translate(22 %.1f) rotate(-90)" text-anchor="middle">of the first five slots shown, untrue</text>`+"\n", (plotTop+plotHeight-plotBottom)/2)
	plotCurve(&b, "best", all.best, 4)
	plotCurve(&b, "learned", all.learned, 34)
	plotCurve(&b, "fixed", all.fixed, 14)
	b.WriteString("</svg>\n")
	if err := os.WriteFile(filepath.Join("..", "..", "docs", "freshness.svg"), []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// plotCurve ends with its name, so many pixels below its last point.
func plotCurve(b *strings.Builder, name string, c curve, below float64) {
	fmt.Fprintf(b, `<g class="%s"><path d="`, name)
	for i, o := range c {
		fmt.Fprintf(b, "%c%.1f %.1f", "ML"[min(i, 1)], plotX(o.calls), plotY(o.untrue*100))
	}
	b.WriteString(`"/>` + "\n")
	for _, o := range c {
		fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3.5"/>`, plotX(o.calls), plotY(o.untrue*100))
		if o.fixed > 0 {
			fmt.Fprintf(b, `<text class="note" x="%.1f" y="%.1f">%v</text>`, plotX(o.calls)+7, plotY(o.untrue*100)-5, o.fixed)
		}
	}
	last := c[len(c)-1]
	fmt.Fprintf(b, "\n"+`<text x="%.1f" y="%.1f" font-weight="bold">%s</text></g>`+"\n", plotX(last.calls)+9, plotY(last.untrue*100)+below, name)
}
