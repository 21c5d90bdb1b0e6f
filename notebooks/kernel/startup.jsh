// Run once by the Jupyter kernel, or by JShell: jshell --class-path LIB/tickbook-kernel-lib-….jar startup.jsh
dev.tickbook.notebook.Notebook.start(); // first, so that the database starts while the rest is read; a kernel has done so already

import dev.tickbook.*;
import dev.tickbook.accuracy.*;
import dev.tickbook.chart.*;
import dev.tickbook.datasets.*;
import dev.tickbook.forecast.*;
import dev.tickbook.ingest.*;
import dev.tickbook.market.*;
import dev.tickbook.notebook.*;
import java.math.*;
import java.nio.file.*;
import java.time.*;
import java.time.temporal.*;
import java.util.*;
import java.util.stream.*;
import org.knowm.xchart.*;
import tech.tablesaw.api.*;
import tech.tablesaw.columns.*;
import static tech.tablesaw.aggregate.AggregateFunctions.*;

// Last, because JShell empties a variable when an import changes what surrounds it.
Tickbook tb = dev.tickbook.notebook.Notebook.tickbook();
