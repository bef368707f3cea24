package com.example.tune4j;

import com.example.tune4j.data.InterviewTemplateFactory;
import com.example.tune4j.data.TsvDatasetFactory;
import com.example.tune4j.evaluate.EvaluateFactory;
import com.example.tune4j.seed.SeedOssFamily;
import com.example.tune4j.vera.VeraMethod;
import com.google.auto.service.AutoService;
import io.tune4j.api.model.ModelFamily;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.RecipeFactory;
import java.util.List;

/** Everything that this jar contributes. Making the lists is cheap: no file, no native library. */
@AutoService(Plugin.class)
public final class ExamplePlugin implements Plugin {
    @Override
    public String id() {
        return "plugin-example";
    }

    @Override
    public List<ModelFamily> models() {
        return List.of(new SeedOssFamily());
    }

    @Override
    public List<PeftMethod> peftMethods() {
        return List.of(new VeraMethod());
    }

    @Override
    public List<RecipeFactory> recipes() {
        return List.of(new EvaluateFactory());
    }

    @Override
    public List<ComponentFactory<?>> components() {
        return List.of(new TsvDatasetFactory(), new InterviewTemplateFactory());
    }
}
