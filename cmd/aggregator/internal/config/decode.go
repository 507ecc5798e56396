package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// decoder writes a tree of YAML values over a Config that holds the defaults. What the tree does not mention stays.
type decoder struct {
	*places
}

// value decodes one value of any shape into the field at key.
func (d decoder) value(raw any, into reflect.Value, key string) {
	switch {
	case isLeaf(into.Type()):
		d.leaf(raw, into, key)
	case into.Kind() == reflect.Slice:
		d.list(raw, into, key)
	default:
		d.section(raw, into, key)
	}
}

func (d decoder) section(raw any, into reflect.Value, key string) {
	values, ok := d.mapping(raw, key)
	if !ok {
		return
	}
	fields := fieldsOf(into.Type(), key)
	known := make([]string, len(fields))
	for i, f := range fields {
		known[i] = f.key
		if v, ok := values[f.key]; ok && f.key != productsKey {
			d.value(v, into.Field(f.index), childKey(key, f.key))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		only, stated := settled[childKey(key, name)]
		switch {
		case slices.Contains(known, name):
		case !stated:
			d.add(childKey(key, name), "unknown key", suggest(name, known))
		case values[name] != only:
			d.add(childKey(key, name), fmt.Sprintf("can only be %v", only), "leave the key out")
		}
	}
}

// settled are keys of earlier releases that have one value: files that state it are right, and nothing else can be had.
var settled = map[string]any{"sources.directory.enabled": true, "sources.careOptions.version": "v1"}

func (d decoder) mapping(raw any, key string) (map[string]any, bool) {
	values, ok := raw.(map[string]any)
	if !ok {
		d.add(key, "holds "+describe(raw), "write a section with keys")
	}
	return values, ok
}

func (d decoder) list(raw any, into reflect.Value, key string) {
	if text, ok := raw.(variableText); ok {
		raw = splitList(string(text), isLeaf(into.Type().Elem()))
	}
	elements, ok := raw.([]any)
	if !ok {
		d.add(key, "holds "+describe(raw), "write a list: [a, b]")
		return
	}
	list := reflect.MakeSlice(into.Type(), len(elements), len(elements))
	for i, element := range elements {
		d.value(element, list.Index(i), elementKey(key, i))
	}
	into.Set(list)
}

// splitList takes a list out of a variable's text: single values by comma, sections as YAML ("[{status: 409, …}]").
func splitList(text string, single bool) any {
	if !single {
		var list any
		if err := yaml.Unmarshal([]byte(text), &list); err != nil {
			return text
		}
		return withoutNulls(list, "")
	}
	list := []any{}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, variableText(part))
		}
	}
	return list
}

const productsKey = "products"

// products decodes the use cases: "default" first, the others on top of what it says.
func (d decoder) products(raw any, c *Config) {
	values, ok := d.mapping(raw, productsKey)
	if !ok {
		return
	}
	base := c.Products[DefaultProduct]
	if !hasKey(values[DefaultProduct], "budget") {
		base.Budget = c.Search.Budget
	}
	base = d.product(values[DefaultProduct], base, DefaultProduct)
	c.Products = Products{DefaultProduct: base}
	names := slices.Collect(maps.Keys(values))
	for name := range builtinProducts {
		names = append(names, name)
	}
	for _, name := range sortedSet(names) {
		if name != DefaultProduct {
			c.Products[name] = d.product(values[name], derivedProduct(name, base), name)
		}
	}
}

func (d decoder) product(raw any, start Product, name string) Product {
	if raw != nil {
		d.section(raw, reflect.ValueOf(&start).Elem(), childKey(productsKey, name))
	}
	return start
}

func hasKey(section any, key string) bool {
	values, _ := section.(map[string]any)
	_, ok := values[key]
	return ok
}

func sortedSet(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// describe names the shape of a YAML value without quoting it.
func describe(raw any) string {
	switch raw.(type) {
	case map[string]any:
		return "a section"
	case []any:
		return "a list"
	case string, variableText:
		return "a text"
	case bool:
		return "a truth value"
	case int, int64, uint64, float64:
		return "a number"
	case time.Time:
		return "a date"
	case nil:
		return "nothing"
	default:
		return fmt.Sprintf("a %T", raw)
	}
}
