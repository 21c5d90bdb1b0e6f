$tickbook_script$;
END
$tickbook_plain$;
