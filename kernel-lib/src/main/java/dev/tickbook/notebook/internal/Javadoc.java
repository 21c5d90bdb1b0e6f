package dev.tickbook.notebook.internal;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * What the sources say about a method or a class. JShell knows the signatures of all that is on its class path, but the
 * documentation of the JDK only; this reads that of ours out of the jars with the sources.
 */
public final class Javadoc {

    /** The system property that names the folder with the jars. */
    private static final String SOURCES = "tickbook.sources";

    private static final Pattern METHOD = Pattern.compile("^(?:.* )?([\\w.$]+)\\.(\\w+)(?:<.*?>)?\\((.*)\\).*$");
    private static final Pattern CONSTRUCTOR = Pattern.compile("^([\\w.$]+)(?:<.*?>)?\\((.*)\\)$");
    private static final Pattern TYPE = Pattern.compile("^(?:\\w+:)?([\\w.$]+)(?:<.*>)?$");

    private static Javadoc ofThisProcess;

    private final Map<String, Path> jars = new HashMap<>(); // by the name of an entry
    private final Map<String, String> qualified = new HashMap<>(); // by the simple name of a class

    /**
     * @param folder with jars of sources
     */
    Javadoc(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(file -> file.toString().endsWith("-sources.jar")).forEach(this::index);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @return that of the folder which the system property {@code tickbook.sources} names; empty if there is none
     */
    public static synchronized Optional<Javadoc> ofThisProcess() {
        String folder = System.getProperty(SOURCES);
        if (ofThisProcess == null && folder != null && Files.isDirectory(Path.of(folder))) {
            ofThisProcess = new Javadoc(Path.of(folder));
        }
        return Optional.ofNullable(ofThisProcess);
    }

    private void index(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            file.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.endsWith(".java"))
                    .forEach(name -> {
                        jars.put(name, jar);
                        String type = name.substring(0, name.length() - ".java".length())
                                .replace('/', '.');
                        if (!type.contains(".internal.")) {
                            qualified.put(type.substring(type.lastIndexOf('.') + 1), type);
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param signature as JShell writes it: {@code Query Tickbook.sql(String sql, Object... parameters)}, or a class
     * @return the comment in the source, as it is written there; empty if there is none, or the class is not ours
     */
    public Optional<String> of(String signature) {
        Matcher method = METHOD.matcher(signature);
        if (method.matches()) {
            Optional<String> found = comment(method.group(1), method.group(2), types(method.group(3)));
            if (found.isPresent()) {
                return found;
            }
        }
        Matcher constructor = CONSTRUCTOR.matcher(signature);
        if (constructor.matches()) {
            return comment(constructor.group(1), "<init>", types(constructor.group(2)));
        }
        Matcher type = TYPE.matcher(signature);
        return type.matches() ? comment(type.group(1), null, List.of()) : Optional.empty();
    }

    private Optional<String> comment(String type, String method, List<String> types) {
        String name = type.contains(".") ? type : qualified.getOrDefault(type, type);
        String entry = name.replace('.', '/') + ".java";
        for (int end = name.lastIndexOf('.');
                !jars.containsKey(entry) && end > 0;
                end = name.lastIndexOf('.', end - 1)) {
            entry = name.substring(0, end).replace('.', '/') + ".java"; // the class may be inside another
        }
        if (!jars.containsKey(entry)) {
            return Optional.empty();
        }
        try (JarFile jar = new JarFile(jars.get(entry).toFile())) {
            String source = new String(jar.getInputStream(jar.getEntry(entry)).readAllBytes(), StandardCharsets.UTF_8);
            return comment(source, name.substring(name.lastIndexOf('.') + 1), method, types);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> comment(String source, String type, String method, List<String> types)
            throws IOException {
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///" + type + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        JavacTask task = (JavacTask) ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, any -> {}, List.of("-proc:none"), null, List.of(file));
        CompilationUnitTree unit = task.parse().iterator().next();
        Search search = new Search(DocTrees.instance(task), type, method, types);
        search.scan(unit, null);
        return Optional.ofNullable(search.found);
    }

    private static final class Search extends TreePathScanner<Void, Void> {
        private final DocTrees docs;
        private final String type;
        private final String method;
        private final List<String> types;
        private String found;

        Search(DocTrees docs, String type, String method, List<String> types) {
            this.docs = docs;
            this.type = type;
            this.method = method;
            this.types = types;
        }

        @Override
        public Void visitClass(ClassTree tree, Void nothing) {
            if (method == null && tree.getSimpleName().contentEquals(type)) {
                take(getCurrentPath());
            }
            return super.visitClass(tree, nothing);
        }

        @Override
        public Void visitMethod(MethodTree tree, Void nothing) {
            Tree around = getCurrentPath().getParentPath().getLeaf();
            boolean inType = around instanceof ClassTree c && c.getSimpleName().contentEquals(type);
            if (method != null
                    && inType
                    && tree.getName().contentEquals(method)
                    && tree.getParameters().stream().map(Search::type).toList().equals(types)) {
                take(getCurrentPath());
            }
            return super.visitMethod(tree, nothing);
        }

        private void take(TreePath path) {
            if (found == null) {
                found = docs.getDocComment(path);
            }
        }

        private static String type(VariableTree parameter) {
            return simple(parameter.getType().toString());
        }
    }

    private static List<String> types(String parameters) {
        if (parameters.isBlank()) {
            return List.of();
        }
        // Commas between < and > do not divide parameters.
        return Arrays.stream(parameters.replaceAll("<[^()]*?>", "").split(","))
                .map(String::strip)
                .map(parameter -> simple(
                        parameter.contains(" ") ? parameter.substring(0, parameter.lastIndexOf(' ')) : parameter))
                .toList();
    }

    /** Without packages, type arguments and the difference between ... and []. */
    private static String simple(String type) {
        String plain = type.replaceAll("<.*>", "").replace("...", "[]").strip();
        return plain.substring(plain.lastIndexOf('.') + 1);
    }

    /**
     * A comment as text to read: tags as headings, code and links without their markup.
     *
     * @param comment as it is written in the source
     * @return lines of text
     */
    public static String text(String comment) {
        String plain = comment.replaceAll("\\{@(?:code|literal)\\s+([^{}]*(?:\\{[^{}]*\\}[^{}]*)*)\\}", "$1")
                .replaceAll("\\{@link(?:plain)?\\s+#?([^{}]*)\\}", "$1")
                .replaceAll("</?(?:p|pre|ul|ol|li|em|b|i|code)>", "")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&");
        return plain.lines()
                .map(line -> line.startsWith(" ") ? line.substring(1) : line)
                .map(line -> line.replaceFirst("^@param\\s+(\\S+)\\s*", "  $1: ")
                        .replaceFirst("^@return\\s*", "  returns ")
                        .replaceFirst("^@throws\\s+(\\S+)\\s*", "  throws $1 "))
                .collect(Collectors.joining("\n"))
                .strip();
    }

    @Override
    public String toString() {
        return "Javadoc of " + qualified.size() + " classes in "
                + jars.values().stream()
                        .distinct()
                        .map(Path::toFile)
                        .map(File::getName)
                        .toList();
    }
}
