$tickbook_script$;
  PERFORM pg_catalog.set_config('search_path', own_path, true);
END
$tickbook_plain$;
