package config

import (
	"maps"
	"reflect"
	"slices"
)

// Load reads the file at path, lays environ ("NAME=value", as from [os.Environ]) over it and validates the whole. An
// empty path means no file. The error is an [*Error].
func Load(path string, environ []string) (*Config, error) {
	if path == "" {
		return LoadBytes("defaults", nil, environ)
	}
	data, err := readBounded(path, maxConfigFile)
	if err != nil {
		return nil, &Error{Problems: []Problem{{
			File: path, Detail: "cannot be read: " + reason(err),
			Fix: "name an existing YAML file that this process may read",
		}}}
	}
	return LoadBytes(path, data, environ)
}

// LoadBytes is [Load] for a file's content; name stands for the file in messages.
func LoadBytes(name string, data []byte, environ []string) (*Config, error) {
	c, where := read(name, data, environ)
	if c != nil {
		validate(c, where)
	}
	if len(where.problems) > 0 {
		return nil, &Error{Problems: where.problems}
	}
	return c, nil
}

// read lays the environment over the file and decodes both over the defaults. Without a Config the file's text itself is no
// YAML.
func read(name string, data []byte, environ []string) (*Config, *places) {
	where := &places{
		file: name, lines: map[string]int{}, env: map[string]string{}, files: map[string]string{}, bad: map[string]bool{},
	}
	tree, problem := parseDocument(data, where.lines)
	if problem != nil {
		problem.File = name
		where.problems = append(where.problems, *problem)
		return nil, where
	}
	overlay(tree, environ, productNames(tree), where)
	c := Default()
	c.files = where.files
	d := decoder{places: where}
	d.value(tree, reflect.ValueOf(c).Elem(), "")
	products, ok := tree[productsKey]
	if !ok {
		products = map[string]any{}
	}
	d.products(products, c)
	return c, where
}

// productNames are the use cases that variables may speak of: those of the file and the built-in ones.
func productNames(file map[string]any) []string {
	configured, _ := file[productsKey].(map[string]any)
	names := append(slices.Collect(maps.Keys(configured)), DefaultProduct)
	for name := range builtinProducts {
		names = append(names, name)
	}
	return sortedSet(names)
}
